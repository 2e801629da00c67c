using System.Text.Json.Nodes;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Api.Tests.Comparisons;

/// <summary>
/// Four seeds at the sparsities 20, 50, 70 and 90: of the runs of a method, as many are right about example 0 as its
/// list has. All achieve 90 % of their target.
/// </summary>
public sealed class ExampleTrajectoryTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly int[] Targets = [20, 50, 70, 90];

    private static readonly Dictionary<Method, int[]> Right = new()
    {
        [Method.Imp] = [4, 3, 1, 0],
        [Method.MpAi] = [1, 4, 1, 4],
    };

    [Fact]
    public async Task An_example_has_its_path_over_the_sparsities_of_each_method()
    {
        var (sweep, example) = await LabelledAsync();

        var trajectories = (await ExampleAsync(sweep, example))["trajectories"]!.AsArray();

        Assert.Equal(["IMP", "MP-AI"], trajectories.Select(path => (string?)path!["method"]));
        var (imp, mp) = (trajectories[0]!, trajectories[1]!);
        Assert.Equal(
            ("bilstm", "dense", "test"),
            ((string?)imp["model"], (string?)imp["baseline"], (string?)imp["split"]));
        var points = imp["points"]!.AsArray();
        Assert.Equal(Targets, points.Select(point => (int)point!["sparsity"]!));
        Assert.Equal([18, 45, 63, 81], points.Select(point => (int)(double)point!["achievedSparsity"]!));
        Assert.Equal([1, 0.75, 0.25, 0], points.Select(point => (double)point!["share"]!));
        Assert.Equal([false, false, true, true], points.Select(point => (bool)point!["isPie"]!));
        Assert.Equal([0, 0.5, 1.5, 2], points.Select(point => (double)point!["taxicab"]!));
        // (2/16 - (1 - 10/16) / 3) / 2 = 0 for a vote of four.
        Assert.Equal([0, 0, 0.5, 1], points.Select(point => Math.Round((double)point!["shift"]!, 12)));
        Assert.All(points, point => Assert.InRange((double)point!["q"]!, 0, 1));
        // The share falls from 0.75 at 45 % to 0.25 at 63 %, so below half of 1 at 54 %.
        Assert.Equal(
            (70.0, 70.0, 0, true, 54.0),
            ((double)imp["firstFlip"]!, (double)imp["lastingFlip"]!, (int)imp["returns"]!, (bool)imp["monotone"]!,
                Math.Round((double)imp["halfSparsity"]!, 9)));
        Assert.Equal(
            (20.0, null, 2, false, null),
            ((double)mp["firstFlip"]!, (double?)mp["lastingFlip"], (int)mp["returns"]!, (bool)mp["monotone"]!,
                (double?)mp["halfSparsity"]));
    }

    [Fact]
    public async Task The_comparisons_of_an_example_have_its_measures()
    {
        var (sweep, example) = await LabelledAsync();

        var votes = (await ExampleAsync(sweep, example))["comparisons"]!.AsArray();

        foreach (var vote in votes)
        {
            var row = (await api.GetAsync(
                $"/api/v1/comparisons/{vote!["comparisonId"]}/examples?pageSize=1"))["items"]![0]!;
            foreach (var field in new[] { "q", "taxicab", "shift", "replicated" })
                Assert.Equal(row[field]?.ToJsonString(), vote[field]?.ToJsonString());
        }
        // The second dense cohort is right too.
        Assert.Equal(
            [null, null, true, true, true, null, true, null], votes.Select(vote => (bool?)vote!["replicated"]));
    }

    [Fact]
    public async Task A_provisional_comparison_has_no_point()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "IMP", "MP-AI"));
        foreach (var run in (await api.Situations.RunsOfAsync(sweep))
            .Where(run => run.Method != Method.MpAi || run.Seed < 2))
            await api.Situations.TrainAsync(run, (_, position) => position % 3);
        await api.Situations.LabelAsync(sweep);

        var example = await ExampleAsync(sweep, Example.IdOf(dataset.Id, Split.Test, 0));

        Assert.Equal(2, example["comparisons"]!.AsArray().Count);
        Assert.Equal("IMP", (string?)Assert.Single(example["trajectories"]!.AsArray())!["method"]);
    }

    [Fact]
    public async Task A_trajectory_of_multi_label_data_has_no_shares()
    {
        var dataset = await api.Situations.DatasetAsync(LearningTask.MultiLabel);
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 2, "MP-AI"));
        await api.Situations.TrainMultiLabelAsync(sweep, (_, position) => position, 0.5);
        await api.Situations.LabelAsync(sweep);

        var path = Assert.Single(
            (await ExampleAsync(sweep, Example.IdOf(dataset.Id, Split.Test, 3)))["trajectories"]!.AsArray())!;

        Assert.Null(path["halfSparsity"]);
        Assert.Null(path["points"]![0]!["share"]);
        Assert.Equal(0, (double)path["points"]![0]!["taxicab"]!);
    }

    private Task<JsonObject> ExampleAsync(Guid sweep, Guid example) =>
        api.GetAsync($"/api/v1/sweeps/{sweep}/examples/{example}");

    private async Task<(Guid Sweep, Guid Example)> LabelledAsync()
    {
        var dataset = await api.Situations.DatasetAsync();
        var request = Situations.Request(dataset, 4, "IMP", "MP-AI");
        (request["sparsities"], request["extraDenseSeeds"]) =
            (new JsonArray([.. Targets.Select(target => (JsonNode)target)]), 2);
        var sweep = await api.SubmitAsync(request);
        await api.Situations.TrainAsync(
            sweep,
            (run, position) => position == 0 && run.Sparsity > 0
                && run.Seed >= Right[run.Method][Array.IndexOf(Targets, (int)run.Sparsity)] ? 1 : position % 3,
            run => Situations.Outcome with { Tensors = [new("l1.weight", 1000, 1000 - (9 * (int)run.Sparsity))] });
        await api.Situations.LabelAsync(sweep);
        return (sweep, Example.IdOf(dataset.Id, Split.Test, 0));
    }
}
