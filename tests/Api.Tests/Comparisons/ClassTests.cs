using PieService.Domain.Recipes;
using PieService.TestSupport;

namespace PieService.Api.Tests.Comparisons;

/// <summary>
/// Eight examples with gold classes no, maybe, yes, no, maybe, yes, no, maybe; multi-label data is in
/// MultiLabelPieTests.
/// </summary>
public sealed class ClassTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("", new[] { "no", "maybe", "yes" })]
    [InlineData("orderBy=frequency", new[] { "yes", "maybe", "no" })]
    public async Task Classes_are_listed_in_dataset_order_or_by_frequency_page_by_page(string query, string[] labels)
    {
        var (path, listed, token) =
            ($"/api/v1/comparisons/{await LabelledAsync("UPDATE examples SET labels = '{2}' WHERE position IN (0, 1, "
                + "3)")}/classes?pageSize=2&{query}", new List<string?>(), "");
        do
        {
            var page = await api.GetAsync($"{path}{token}");
            Assert.Equal(3, (int)page["totalItems"]!);
            listed.AddRange(page["items"]!.AsArray().Select(item => (string?)item!["label"]));
            token = page["nextPageToken"] is { } next ? $"&pageToken={next}" : null;
        }
        while (token is not null);

        Assert.Equal(labels, listed);
    }

    [Fact]
    public async Task A_class_has_its_pies_and_the_scores_of_both_cohorts()
    {
        var classes = (await api.GetAsync($"/api/v1/comparisons/{await LabelledAsync()}/classes"))["items"]!.AsArray();

        var yes = classes[2]!;
        Assert.Equal((2, 0.25), ((int)yes["examples"]!, (double)yes["share"]!));
        // Both examples with the label yes are PIEs, and no others.
        Assert.Equal((2, 1.0, 1.0), ((int)yes["pies"]!, (double)yes["pieShare"]!, (double)yes["pieRate"]!));
        Assert.Equal((0.25, 1.0), ((double)yes["labelShare"]!, (double)yes["pieLabelShare"]!));
        Assert.Null(yes["differing"]);
        Assert.Null(yes["differingShare"]);
        Assert.Equal((1.0, 0.0), ((double)yes["dense"]!["accuracy"]!, (double)yes["pruned"]!["accuracy"]!));
        // The dense runs predict no three times, correctly; the pruned ones five times.
        Assert.Equal(
            (1.0, 0.6),
            ((double)classes[0]!["dense"]!["precision"]!["mean"]!, (double)classes[0]!["pruned"]!["precision"]![
                "mean"]!));
        Assert.Equal(0.75, (double)classes[0]!["pruned"]!["f1"]!["mean"]!, 12);
    }

    [Fact]
    public async Task Before_it_is_labelled_a_comparison_has_no_classes()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "MP-AI"));

        Assert.Equal(
            0, (int)(await api.GetAsync($"/api/v1/comparisons/{await ComparisonAsync(sweep)}/classes"))["totalItems"]!);
    }

    private async Task<Guid> LabelledAsync(string? change = null)
    {
        var dataset = await api.Situations.DatasetAsync();
        if (change is not null)
        {
            await Sql.ExecuteAsync(api.ConnectionString, $"{change} AND dataset_id = '{dataset.Id}'");
        }
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI"));
        await api.Situations.TrainAsync(
            sweep, (run, position) => run.Method == Method.MpAi && position % 3 == 2 ? 0 : position % 3);
        await api.Situations.LabelAsync(sweep);
        return await ComparisonAsync(sweep);
    }

    private async Task<Guid> ComparisonAsync(Guid sweep) =>
        (Guid)(await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!["id"]!;
}
