using System.Text.Json;
using System.Text.Json.Nodes;
using PieService.Domain.Pies;
using PieService.Domain.Statistics;

namespace PieService.Domain.Tests.Pies;

public class StatedResultsTests
{
    private static readonly ComparisonSummary Computed = new(
        3, 3, true, 20, 8, 0, 0, new Spread(90, 0), new Spread(0.6, 0.1), new Spread(0.5, 0), null, null,
        new Spread(0.1, 0), new NoiseFloor(NoiseFloorKind.Halves, 2, 3, 0.1, 0.01, 0.1, 0.1, 0.1, null), [1, 2]);

    [Fact]
    public void The_same_results_have_no_differences() => Assert.Empty(Differences(_ => { }));

    [Fact]
    public void Numbers_that_differ_are_named_with_both_values() => Assert.Equal(
        ["pies: 9 stated, 8 computed", "denseScore.sd: no value stated, 0.1 computed",
            "influenceEpochs[1]: 3 stated, 2 computed"],
        Differences(stated =>
        {
            stated["pies"] = 9;
            stated["denseScore"]!["sd"] = null;
            stated["influenceEpochs"]![1] = 3;
        }));

    /// <summary>Sums of logarithms may differ in the last digits between processors.</summary>
    [Fact]
    public void The_last_digits_of_a_number_do_not_count() =>
        Assert.Empty(Differences(stated => stated["denseScore"]!["mean"] = 0.6000000000000001));

    [Fact]
    public void Numbers_that_an_earlier_version_did_not_state_and_texts_are_not_compared() =>
        Assert.Empty(Differences(stated =>
        {
            stated.Remove("tiedPies");
            stated["noInfluence"] = null;
            stated["metric"] = "macroF1";
        }));

    [Fact]
    public void A_text_in_the_place_of_a_number_is_not_shown() =>
        Assert.Equal(["pies: another value stated, 8 computed"], Differences(stated => stated["pies"] = "<script>"));

    [Fact]
    public void A_number_beyond_all_numbers_differs() =>
        Assert.Equal(["pies: 1e999 stated, 8 computed"], Differences("\"pies\":8", "\"pies\":1e999"));

    [Fact]
    public void At_most_five_differences_are_named() => Assert.Equal(
        5,
        Differences(stated =>
        {
            foreach (var name in new[] { "denseSeeds", "prunedSeeds", "examples", "pies", "denseTies", "prunedTies" })
                stated[name] = 77;
        }).Count);

    private static IReadOnlyList<string> Differences(string part, string other) =>
        new StatedResults(null, null, JsonElement.Parse(
            Json.Write(Computed).Replace(part, other, StringComparison.Ordinal))).DifferencesFrom(Computed);

    private static IReadOnlyList<string> Differences(Action<JsonObject> change)
    {
        var stated = JsonNode.Parse(Json.Write(Computed))!.AsObject();
        change(stated);
        return new StatedResults(null, null, JsonElement.Parse(stated.ToJsonString())).DifferencesFrom(Computed);
    }
}
