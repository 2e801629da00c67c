using System.Net;
using System.Text.Json.Nodes;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;

namespace PieService.Api.Tests.Comparisons;

/// <summary>
/// Six seeds and a second dense cohort of two, over eight examples with gold classes 0 1 2 0 1 2 0 1. All runs are
/// right, but for the pruned ones, which predict 1 for example 0 and 2 for example 3, and the second dense cohort,
/// which predicts 1 for example 0. The expected numbers were computed by hand from analysis.md.
/// </summary>
public sealed class AnalysisTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    /// <summary>Of the 924 tables with these totals, two are as unlikely as 6:0 against 0:6.</summary>
    private const double P = 2.0 / 924;

    /// <summary>Two examples can have a p value below 1; the level 0.1 allows p values below 524 / 924.</summary>
    private const double Q = P / (1 - (74.0 / 924));

    /// <summary>Two labels with 2 / 2^6 each.</summary>
    private const double PairedP = 1.0 / 16;
    private const double PairedQ = PairedP / (1 - PairedP);

    [Fact]
    public async Task Examples_have_measures_of_their_certainty()
    {
        var (sweep, path) = await LabelledAsync();

        var examples = (await api.GetAsync($"{path}/examples"))["items"]!.AsArray();

        Assert.Equal(
            [P, 1, 1, P, 1, 1, 1, 1], examples.Select(example => (double)example!["p"]!), Within(1e-12));
        Assert.Equal([Q, 1, 1, Q, 1, 1, 1, 1], examples.Select(example => (double)example!["q"]!), Within(1e-12));
        Assert.Equal(PairedP, Number(examples[0], "paired", "p"), 12);
        Assert.Equal(PairedQ, Number(examples[0], "paired", "q"), 12);
        Assert.Equal((2.0, 1.0), (Number(examples[0], "taxicab"), Number(examples[0], "shift")));
        Assert.Equal((0.0, 0.0), (Number(examples[1], "taxicab"), Number(examples[1], "shift")));
        Assert.InRange(Number(examples[0], "inclusion"), 0.9, 1);
        Assert.InRange(Number(examples[1], "inclusion"), 0, 0.1);
        // The logits of a test run increase by 1/4 from class to class.
        var weights = Enumerable.Range(0, 3).Select(c => Math.Exp(c / 4.0)).ToList();
        Assert.Equal(
            Enumerable.Range(0, 8).Select(i => weights[i % 3] / weights.Sum()),
            examples.Select(example => Number(example, "selfConfidence")), Within(1e-12));
        Assert.Equal(
            [false, null, null, true, null, null, null, null],
            examples.Select(example => (bool?)example!["replicated"]));
        var pies = (await api.GetAsync($"{path}/pies"))["items"]!.AsArray();
        Assert.Equal([false, true], pies.Select(pie => (bool?)pie!["replicated"]));
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]);
        Assert.True((bool)(await api.GetAsync($"/api/v1/sweeps/{sweep}/pies"))["items"]![0]!["complete"]!);
    }

    [Fact]
    public async Task The_analysis_states_significance_effect_and_stability()
    {
        var (_, path) = await LabelledAsync();

        var analysis = await api.GetAsync($"{path}/analysis");

        Assert.Equal("""{"dense":6,"pruned":6,"expected":6}""", analysis["seeds"]!.ToJsonString());
        Assert.True((bool)analysis["complete"]!);
        Assert.Equal(
            """
            {"test":"unpaired","exact":true,"testable":2,"atMost":[{"maxQ":0.01,"examples":2,"pies":2},
            {"maxQ":0.05,"examples":2,"pies":2},{"maxQ":0.1,"examples":2,"pies":2}],"paired":{"atMost":[
            {"maxQ":0.01,"examples":0,"pies":0},{"maxQ":0.05,"examples":0,"pies":0},
            {"maxQ":0.1,"examples":2,"pies":2}],"reason":null},"reason":null}
            """.ReplaceLineEndings(""),
            analysis["significance"]!.ToJsonString());
        Assert.Equal(
            """
            {"sameSeed":0.25,"crossSeed":0.25,"dense":0,"pruned":0,"df":5,"excess":{"value":0.25,"se":0,"low":0.25,
            "high":0.25},"overDense":{"value":0.25,"se":0,"low":0.25,"high":0.25},"reason":null}
            """.ReplaceLineEndings(""),
            analysis["excess"]!.ToJsonString());
        Assert.Equal(
            """
            {"seeds":3,"splits":10,"dense":0,"pruned":0,"cross":0.25,"excess":0.25,"p05":0.25,"p50":0.25,"p95":0.25,
            "overDense":0.25,"seedShare":0,"jaccard":1,"recurrence":1,"reason":null}
            """.ReplaceLineEndings(""),
            analysis["halves"]!.ToJsonString());
        Assert.Equal(
            """
            {"pies":2,"onPies":{"dense":1,"pruned":0},"onPiesRuns":{"dense":1,"pruned":0},
            "onRest":{"dense":1,"pruned":1},"onOwnPies":{"dense":1,"pruned":0},"reason":null}
            """.ReplaceLineEndings(""),
            analysis["crossFit"]!.ToJsonString());
        Assert.InRange(Number(analysis, "stability", "expectedJaccard"), 0.7, 1);
        Assert.Equal(
            """{"dense":{"selfConsistency":1,"unanimous":1},"pruned":{"selfConsistency":1,"unanimous":1},"reason":null}""",
            analysis["multiplicity"]!.ToJsonString());
        Assert.Equal(
            """{"seeds":2,"pies":2,"replicated":1,"share":0.5,"reason":null}""",
            analysis["replication"]!.ToJsonString());
        // Both flips are in every pair of runs, and the baseline has no noise.
        Assert.Equal(
            """
            {"rightToWrong":2,"wrongToRight":0,"wrongToOtherWrong":0,"bothRight":6,"sameWrong":0,"flips":0.25,
            "changes":0.25,"direction":-1,"noiseFlips":0,"accuracyChange":null,"reason":null}
            """.ReplaceLineEndings(""),
            analysis["flips"]!.ToJsonString());
        // All runs have the same logits, so all margins are equal.
        Assert.Equal(0, Number(analysis, "divergence", "kl", "mean"));
        Assert.Equal(0.5, Number(analysis, "divergence", "marginAuc"));
        Assert.Equal(
            """{"examples":8,"changed":2,"share":0.25}""",
            analysis["divergence"]!["flipsByMargin"]![0]!.ToJsonString());
        Assert.Equal("training", (string?)analysis["inference"]!["replication"]);
        foreach (var cohort in new[] { "dense", "pruned" })
            Assert.Equal(
                (6, 0, "none", false),
                ((int)analysis["collapse"]![cohort]!["runs"]!, (int)analysis["collapse"]![cohort]!["collapsed"]!,
                    (string)analysis["collapse"]![cohort]!["state"]!,
                    (bool)analysis["collapse"]![cohort]!["bimodal"]!));
    }

    /// <summary>Both PIEs have the first class, which three of the eight examples have.</summary>
    [Fact]
    public async Task Classes_have_the_residual_of_their_PIEs_and_a_test_of_their_recall()
    {
        var (_, path) = await LabelledAsync();

        var classes = (await api.GetAsync($"{path}/classes"))["items"]!.AsArray();
        var distribution = (await api.GetAsync($"{path}/analysis"))["classDistribution"]!;

        var residual = (2 - 0.75) / Math.Sqrt(0.75 * (1 - (3 / 8.0)) * (1 - (2 / 8.0)));
        Assert.Equal(residual, Number(classes[0], "residual"), 12);
        Assert.Equal(residual, Number(distribution, "residuals", "no"), 12);
        Assert.True((bool)distribution["smallExpected"]!);
        // Of the 28 ways to choose two PIEs, 7 choose two of one class.
        Assert.Equal(7 / 28.0, Number(distribution, "p"), 0.02);
        Assert.Equal(2, (int)distribution["df"]!);
        // The recall of the first class is 1/3 where the accuracy is 6/8; both cohorts have no variance.
        Assert.Equal((1 / 3.0) - 1 + (2 / 8.0), Number(classes[0], "recallDifference", "difference"), 12);
        Assert.Null(classes[0]!["recallDifference"]!["p"]);
    }

    [Theory]
    [InlineData("pies?maxQ=0.01", new[] { 0, 3 })]
    [InlineData("pies?maxQ=0.01&test=paired", new int[0])]
    [InlineData("pies?maxQ=0.1&test=paired", new[] { 0, 3 })]
    [InlineData("examples?maxQ=0.5&isPie=false", new int[0])]
    [InlineData("examples?minInclusion=0.5", new[] { 0, 3 })]
    [InlineData("examples?orderBy=q", new[] { 0, 3, 1, 2, 4, 5, 6, 7 })]
    [InlineData("examples?orderBy=q&test=paired", new[] { 0, 3, 1, 2, 4, 5, 6, 7 })]
    // A tie of new votes goes to the smaller label, which is less often the mode of both cohorts for example 3.
    [InlineData("pies?orderBy=inclusion", new[] { 3, 0 })]
    [InlineData("examples?orderBy=shift", new[] { 0, 3, 1, 2, 4, 5, 6, 7 })]
    [InlineData("examples?orderBy=margin", new[] { 0, 1, 2, 3, 4, 5, 6, 7 })]
    [InlineData("examples?orderBy=selfConfidence", new[] { 0, 3, 6, 1, 4, 7, 2, 5 })]
    [InlineData("pies?orderBy=selfConfidence", new[] { 0, 3 })]
    public async Task Examples_can_be_filtered_and_ordered_by_their_certainty(string query, int[] positions)
    {
        var (_, path) = await LabelledAsync();

        var listed = await api.WalkAsync($"{path}/{query}&pageSize=3");

        Assert.Equal(positions, listed.Select(example => (int)example["position"]!));
    }

    [Theory]
    [InlineData("maxQ", "1.5")]
    [InlineData("minInclusion", "-0.1")]
    [InlineData("test", "both")]
    [InlineData("orderBy", "p")]
    public async Task A_filter_outside_its_range_is_refused(string field, string value)
    {
        var (_, path) = await LabelledAsync();

        var problem = await api.ProblemAsync(
            HttpStatusCode.BadRequest, HttpMethod.Get, $"{path}/pies?{field}={value}");

        Assert.NotNull(problem["errors"]![field]);
    }

    /// <summary>
    /// Eight dense runs with the logits 0, 1/4, 1/2 from class to class, and an accuracy of 0.5 each.
    /// </summary>
    [Fact]
    public async Task One_example_has_the_quality_of_its_label_by_the_dense_runs()
    {
        var (sweep, path) = await LabelledAsync();
        var example = (await api.GetAsync($"{path}/examples"))["items"]![2]!;

        var quality = (await api.GetAsync($"/api/v1/sweeps/{sweep}/examples/{example["exampleId"]}"))["labelQuality"]!
            .AsArray().Single()!;

        var p = Enumerable.Range(0, 3).Select(c => Math.Exp(c / 4.0)).ToList();
        Assert.Equal(p[2] / p.Sum(), Number(quality, "selfConfidence"), 12);
        Assert.Equal(p[2] / p.Sum(), Number(quality, "byAccuracy"), 12);
        Assert.Equal(((p[2] - p[1]) / p.Sum() + 1) / 2, Number(quality, "normalizedMargin"), 12);
        Assert.Equal(
            ("bilstm", "dense", 8, true),
            ((string)quality["model"]!, (string)quality["baseline"]!, (int)quality["runs"]!,
                (bool)quality["outOfSample"]!));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("NaN")]
    [InlineData("close")]
    public async Task A_margin_outside_its_range_is_refused(string margin)
    {
        var (_, path) = await LabelledAsync();

        var problem = await api.ProblemAsync(
            HttpStatusCode.BadRequest, HttpMethod.Get, $"{path}/analysis?margin={margin}");

        Assert.NotNull(problem["errors"]!["margin"]);
    }

    [Fact]
    public async Task A_comparison_without_labels_has_no_analysis_yet()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "MP-AI"));

        var problem = await api.ProblemAsync(
            HttpStatusCode.Conflict, HttpMethod.Get, $"{await PathAsync(sweep)}/analysis");

        Assert.Contains(
            "its sweep is queued, with 0 of 6 runs succeeded", (string?)problem["detail"], StringComparison.Ordinal);
        await api.ProblemAsync(
            HttpStatusCode.NotFound, HttpMethod.Get, $"/api/v1/comparisons/{Guid.NewGuid()}/analysis");
    }

    [Fact]
    public async Task A_provisional_comparison_has_a_provisional_analysis()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "MP-AI"));
        foreach (var run in (await api.Situations.RunsOfAsync(sweep)).Where(run => run.Seed < 2))
            await api.Situations.TrainAsync(run, Answers);
        await api.Situations.LabelAsync(sweep);

        var analysis = await api.GetAsync($"{await PathAsync(sweep)}/analysis");

        Assert.False((bool)analysis["complete"]!);
        foreach (var table in new[] { "pies", "fragile-examples" })
            Assert.All(
                (await api.GetAsync($"/api/v1/sweeps/{sweep}/{table}"))["items"]!.AsArray(),
                row => Assert.False((bool)row!["complete"]!));
        Assert.Equal("""{"dense":2,"pruned":2,"expected":3}""", analysis["seeds"]!.ToJsonString());
        Assert.Equal(0.25, Number(analysis, "excess", "excess", "value"));
        Assert.Null(analysis["excess"]!["excess"]!["low"]);
        Assert.Contains("request more seeds", (string?)analysis["excess"]!["reason"], StringComparison.Ordinal);
        Assert.Equal(
            "With 2 dense and 2 pruned runs no example can have a p value below 0.05: request more seeds.",
            (string?)analysis["significance"]!["reason"]);
        Assert.Equal(
            "With 2 pairs of runs no example can have a p value below 0.05 by the paired test: request more seeds.",
            (string?)analysis["significance"]!["paired"]!["reason"]);
        Assert.Equal(3, analysis["significance"]!["atMost"]!.AsArray().Count);
        Assert.Equal((1, 1), ((int)analysis["halves"]!["seeds"]!, (int)analysis["halves"]!["splits"]!));
        Assert.Contains("extraDenseSeeds", (string?)analysis["replication"]!["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_seed_has_reasons_instead_of_numbers()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1, "MP-AI"));
        await api.Situations.TrainAsync(sweep, Answers);
        await api.Situations.LabelAsync(sweep);
        var path = await PathAsync(sweep);

        var analysis = await api.GetAsync($"{path}/analysis");

        foreach (var part in new[] { "significance", "excess", "halves", "crossFit", "stability", "multiplicity" })
            Assert.Contains("request more seeds", (string?)analysis[part]!["reason"], StringComparison.Ordinal);
        Assert.Null(analysis["excess"]!["excess"]);
        Assert.Equal(0.25, Number(analysis, "excess", "sameSeed"));
        var example = (await api.GetAsync($"{path}/examples"))["items"]![0]!;
        Assert.Equal(
            (null, null, null, null, null),
            (example["p"], example["q"], example["paired"], example["shift"], example["inclusion"]));
        // Two of eight answers flip to wrong.
        var change = analysis["flips"]!["accuracyChange"]!;
        foreach (var (name, expected) in new[] { ("change", -0.25), ("p", 0.5), ("midP", 0.25), ("pWorse", 0.25) })
            Assert.Equal(expected, Number(change, name), 12);
        Assert.Equal((0.01, false), (Number(change, "margin"), (bool)change["equivalent"]!));
        Assert.Null(change["clusterSe"]);
        Assert.Null((await api.GetAsync($"{path}/classes"))["items"]![0]!["recallDifference"]);
    }

    /// <summary>Four of six dense runs predict the same class for every text.</summary>
    [Fact]
    public async Task Collapsed_dense_runs_are_not_a_baseline_for_significance()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 6, "MP-AI"));
        await api.Situations.TrainAsync(
            sweep, (run, position) => run.Method == Method.Dense && run.Seed < 4 ? 0 : position % 3);
        await api.Situations.LabelAsync(sweep);
        var path = await PathAsync(sweep);

        var analysis = await api.GetAsync($"{path}/analysis");

        Assert.Equal("most", (string?)analysis["collapse"]!["dense"]!["state"]);
        Assert.Contains(
            "4 of 6 dense runs have collapsed", (string?)analysis["significance"]!["reason"], StringComparison.Ordinal);
        Assert.Empty(analysis["significance"]!["atMost"]!.AsArray());
        Assert.Equal("denseCollapsed", (string?)analysis["warnings"]![0]!["code"]);
        var example = (await api.GetAsync($"{path}/examples?orderBy=q"))["items"]![0]!;
        Assert.Equal((null, null, null), (example["p"], example["q"], example["paired"]));
        Assert.NotNull(example["inclusion"]);
        Assert.Empty((await api.GetAsync($"{path}/examples?maxQ=1"))["items"]!.AsArray());
    }

    /// <summary>Each label is voted on by itself: the pruned runs add the second label to example 0.</summary>
    [Fact]
    public async Task Multi_label_data_is_tested_label_by_label()
    {
        var dataset = await api.Situations.DatasetAsync(LearningTask.MultiLabel);
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 6, "MP-AI"));
        await api.Situations.TrainMultiLabelAsync(
            sweep, (run, example) => run.Method == Method.MpAi && example == 0 ? 2 : example, 0.5);
        await api.Situations.LabelAsync(sweep);
        var path = await PathAsync(sweep);

        var pie = (await api.GetAsync($"{path}/pies"))["items"]!.AsArray().Single()!;
        var analysis = await api.GetAsync($"{path}/analysis");

        var quality = (await api.GetAsync($"/api/v1/sweeps/{sweep}/examples/{pie["exampleId"]}"))["labelQuality"]![0]!;
        Assert.Equal(Number(pie, "selfConfidence"), Number(quality, "selfConfidence"), 12);
        Assert.Null(quality["byAccuracy"]);
        // One label of the three can have a p value below 1.
        Assert.Equal(P, Number(pie, "p"), 12);
        Assert.Equal(2.0 / 64, Number(pie, "paired", "p"), 12);
        Assert.Equal((2.0, 1.0), (Number(pie, "taxicab"), Number(pie, "shift")));
        Assert.Contains("single-label", (string?)analysis["multiplicity"]!["reason"], StringComparison.Ordinal);
        Assert.Null(analysis["classDistribution"]!["p"]);
        // One of eight examples is a PIE, and it has none of the labels, which four examples have.
        Assert.Equal(
            -0.5 / Math.Sqrt(0.5 * (1 - (4 / 8.0)) * (1 - (1 / 8.0))),
            Number(analysis, "classDistribution", "residuals", "maybe"), 12);
    }

    private async Task<(Guid Sweep, string Path)> LabelledAsync()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 6, "MP-AI");
        request["extraDenseSeeds"] = 2;
        var sweep = await api.SubmitAsync(request);
        await api.Situations.TrainAsync(sweep, Answers);
        await api.Situations.LabelAsync(sweep);
        return (sweep, await PathAsync(sweep));
    }

    private static int Answers(Run run, int position) => (run.Method, position) switch
    {
        (Method.MpAi, 0) => 1,
        (Method.MpAi, 3) => 2,
        (Method.Dense, 0) when run.Seed >= 6 => 1,
        _ => position % 3,
    };

    private async Task<string> PathAsync(Guid sweep) =>
        $"/api/v1/comparisons/{(await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!["id"]}";

    private static double Number(JsonNode? node, params string[] path) =>
        (double)path.Aggregate(node, (inner, name) => inner![name])!;

    private static Func<double, double, bool> Within(double tolerance) =>
        (expected, actual) => Math.Abs(expected - actual) <= tolerance;
}
