using System.Net;
using Npgsql;
using PieService.Api.Tests.Http;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Statistics;
using PieService.TestSupport;

namespace PieService.Api.Tests.Comparisons;

public sealed class PlannerTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    /// <summary>Six dense runs vote 4 : 2 on the first example and 5 : 1 on the second.</summary>
    private static readonly VotedAlike[] Votes =
        [new([4, 2, 0], [2, 4, 0], 1), new([1, 5, 0], [0, 6, 0], 1), new([0, 0, 6], [0, 0, 6], 1)];

    [Fact]
    public async Task The_power_for_two_labels_is_exact()
    {
        var power = await api.GetAsync("/api/v1/power?dense=0.8,0.2&pruned=0.2,0.8&seeds=22&alpha=0.0025");

        var expected = new VotePower([0.8, 0.2], [0.2, 0.8]).At(new TestLevel.Alpha(0.0025), 22, 22);
        Assert.Equal(expected.Power, (double)power["power"]!, 12);
        Assert.Equal(
            (0.0025, true, 22), ((double)power["alpha"]!, (bool)power["exact"]!, (int)power["seedsNeeded"]!));
    }

    [Fact]
    public async Task Cohorts_of_different_sizes_have_a_power_at_the_default_level()
    {
        var power = await api.GetAsync(
            "/api/v1/power?dense=0.9,0.1&pruned=0.4,0.6&seeds=30&prunedSeeds=10&power=0.999");

        Assert.Equal(0.8452900499115513, (double)power["power"]!, 1e-7);
        Assert.Equal(0.05, (double)power["alpha"]!);
        Assert.Equal(
            new VotePower([0.9, 0.1], [0.4, 0.6]).SeedsNeeded(new TestLevel.Alpha(0.05), 0.999),
            (int)power["seedsNeeded"]!);
    }

    [Fact]
    public async Task A_level_of_q_allows_a_level_of_p()
    {
        var power = await api.GetAsync("/api/v1/power?dense=0.95,0.05&pruned=0.2,0.8&seeds=12&q=0.05&affected=0.2");

        Assert.Equal(0.004576659038901602, (double)power["alpha"]!, 1e-7);
        Assert.Equal(0.8611217176809582, (double)power["power"]!, 1e-7);
    }

    [Fact]
    public async Task The_power_for_three_labels_comes_from_random_cohorts()
    {
        const string Path = "/api/v1/power?dense=0.8,0.1,0.1&pruned=0.1,0.8,0.1&seeds=8";

        var power = await api.GetAsync(Path);

        Assert.False((bool)power["exact"]!);
        Assert.InRange((double)power["power"]!, 0.7, 1);
        Assert.Equal(power.ToJsonString(), (await api.GetAsync(Path)).ToJsonString());
    }

    /// <summary>The votes of more seeds on four labels would take seconds and hundreds of megabytes.</summary>
    [Fact]
    public async Task The_power_for_four_labels_has_up_to_40_seeds()
    {
        const string Path = "/api/v1/power?dense=0.4,0.3,0.2,0.1&pruned=0.1,0.2,0.3,0.4&seeds=";

        var power = await api.GetAsync($"{Path}40");

        Assert.False((bool)power["exact"]!);
        Assert.InRange((double)power["power"]!, 0.9, 1);
        Assert.InRange((int)power["seedsNeeded"]!, 10, 40);
        Assert.Equal(["seeds"], await api.InvalidFieldsAsync(HttpMethod.Get, $"{Path}41"));
    }

    [Fact]
    public async Task Without_a_difference_no_number_of_seeds_is_needed() =>
        Assert.Null((await api.GetAsync("/api/v1/power?dense=0.5,0.5&pruned=0.5,0.5&seeds=8"))["seedsNeeded"]);

    [Theory]
    [InlineData("pruned=0.5,0.5&seeds=8", "dense")]
    [InlineData("dense=0.5,0.5&seeds=8", "pruned")]
    [InlineData("dense=0.5,0.5&pruned=0.5,0.5", "seeds")]
    [InlineData("dense=0.5,0.4&pruned=0.5,0.5&seeds=8", "dense")]
    [InlineData("dense=1.5,-0.5&pruned=0.5,0.5&seeds=8", "dense")]
    [InlineData("dense=1&pruned=0.5,0.5&seeds=8", "dense")]
    [InlineData("dense=0.2,0.2,0.2,0.2,0.2&pruned=0.2,0.2,0.2,0.2,0.2&seeds=8", "dense")]
    [InlineData("dense=a,b&pruned=0.5,0.5&seeds=8", "dense")]
    [InlineData("dense=0.5,0.5&pruned=0.5,0.25,0.25&seeds=8", "pruned")]
    [InlineData("dense=0.5,0.5&pruned=0.5,0.5&seeds=201", "seeds")]
    [InlineData("dense=0.5,0.5&pruned=0.5,0.5&seeds=1", "seeds")]
    [InlineData("dense=0.5,0.25,0.25&pruned=0.5,0.25,0.25&seeds=65", "seeds")]
    [InlineData("dense=0.5,0.5&pruned=0.5,0.5&seeds=8&prunedSeeds=0", "prunedSeeds")]
    [InlineData("dense=0.5,0.5&pruned=0.5,0.5&seeds=8&alpha=0", "alpha")]
    [InlineData("dense=0.5,0.5&pruned=0.5,0.5&seeds=8&alpha=0.1&q=0.1", "alpha")]
    [InlineData("dense=0.5,0.5&pruned=0.5,0.5&seeds=8&q=1", "q")]
    [InlineData("dense=0.5,0.5&pruned=0.5,0.5&seeds=8&affected=0.1", "affected")]
    [InlineData("dense=0.5,0.5&pruned=0.5,0.5&seeds=8&q=0.1&affected=0", "affected")]
    [InlineData("dense=0.5,0.5&pruned=0.5,0.5&seeds=8&power=1", "power")]
    public async Task A_number_outside_its_range_is_named_in_the_error(string query, string field) =>
        Assert.Contains(field, await api.InvalidFieldsAsync(HttpMethod.Get, $"/api/v1/power?{query}"));

    [Fact]
    public async Task A_seed_plan_has_the_Jaccard_index_of_more_seeds_and_the_seeds_that_a_target_needs()
    {
        var path = await LabelledAsync();

        var plan = await api.GetAsync($"{path}/seed-plan?jaccard=0.8");

        var analysis = await api.GetAsync($"{path}/analysis");
        var expected = new SeedPlan(
            LearningTask.SingleLabel, Votes, ComparedCohorts.OfSeeds(6), (double)analysis["halves"]!["jaccard"]!);
        Assert.Equal(6, (int)plan["seeds"]!);
        Assert.Equal((double)analysis["stability"]!["expectedFlips"]!, (double)plan["expectedFlips"]!);
        Assert.Equal(expected.Jaccard(6)!.Value, (double)plan["jaccard"]!, 12);
        Assert.Equal([12, 18, 24], plan["bySeeds"]!.AsArray().Select(more => (int)more!["seeds"]!));
        Assert.Equal(
            new[] { 12, 18, 24 }.Select(seeds => expected.Jaccard(seeds)!.Value),
            plan["bySeeds"]!.AsArray().Select(more => (double)more!["jaccard"]!),
            (one, other) => Math.Abs(one - other) < 1e-12);
        Assert.Equal(expected.SeedsNeeded(0.8), (int?)plan["seedsNeeded"]);
        Assert.Null(plan["reason"]);
    }

    /// <summary>
    /// The request has read the comparison, and waits for the labels while another labelling replaces them.
    /// </summary>
    [Fact]
    public async Task A_seed_plan_is_of_one_labelling()
    {
        var path = await LabelledAsync();
        var before = await api.GetAsync($"{path}/seed-plan");
        await using var labels = await LockedTable.OfAsync(api.ConnectionString, "pie_labels");

        var plan = api.GetAsync($"{path}/seed-plan");
        await Until.HoldsAsync(WaitsForLabelsAsync);
        await labels.ExecuteAsync("DELETE FROM pie_labels");
        await labels.CommitAsync();

        Assert.Equal(before.ToJsonString(), (await plan).ToJsonString());
    }

    [Fact]
    public async Task A_seed_plan_without_PIEs_states_the_reason()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "MP-AI"));
        await api.Situations.TrainAsync(sweep, (_, position) => position % 3);
        await api.Situations.LabelAsync(sweep);

        var plan = await api.GetAsync($"{await PathAsync(sweep)}/seed-plan");

        Assert.Contains("No half of the runs has a PIE", (string?)plan["reason"], StringComparison.Ordinal);
        Assert.Null(plan["jaccard"]);
        Assert.Null(plan["seedsNeeded"]);
        Assert.Empty(plan["bySeeds"]!.AsArray());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1.01")]
    [InlineData("many")]
    public async Task A_Jaccard_index_outside_its_range_is_refused(string jaccard) =>
        Assert.Equal(
            ["jaccard"],
            await api.InvalidFieldsAsync(
                HttpMethod.Get, $"/api/v1/comparisons/{Guid.Empty}/seed-plan?jaccard={jaccard}"));

    [Fact]
    public async Task A_comparison_that_is_not_labelled_has_no_seed_plan()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "MP-AI"));

        var problem = await api.ProblemAsync(
            HttpStatusCode.Conflict, HttpMethod.Get, $"{await PathAsync(sweep)}/seed-plan");

        Assert.Contains("not labelled yet", (string?)problem["detail"], StringComparison.Ordinal);
    }

    private async Task<string> LabelledAsync()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 6, "MP-AI"));
        await api.Situations.TrainAsync(sweep, (run, position) => (run.Method, position) switch
        {
            (Method.Dense, 0) => run.Seed < 4 ? 0 : 1,
            (_, 0) => run.Seed < 2 ? 0 : 1,
            (Method.Dense, 1) => run.Seed < 1 ? 0 : 1,
            _ => position % 3,
        });
        await api.Situations.LabelAsync(sweep);
        return await PathAsync(sweep);
    }

    private async Task<bool> WaitsForLabelsAsync()
    {
        await using var database = NpgsqlDataSource.Create(api.ConnectionString);
        await using var command = database.CreateCommand(
            """
            SELECT EXISTS (
                SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database
                WHERE NOT granted AND relation = 'pie_labels'::regclass AND datname = current_database())
            """);
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    private async Task<string> PathAsync(Guid sweep) =>
        $"/api/v1/comparisons/{(await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!["id"]}";
}
