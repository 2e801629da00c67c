using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Pages;
using PieService.Api.Tables.Latex;
using PieService.Api.Tests.Pages;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Foreign;
using PieService.Domain.Pies;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Tests.Comparisons;

/// <summary>
/// Imported predictions of a model and of its compressed version. The expected numbers were computed by hand from
/// analysis.md.
/// </summary>
public sealed class ImportedAnalysisTests(ApiFixture api) : IClassFixture<ApiFixture>, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pie-imported-");

    /// <summary>
    /// Of five examples, the second flips to wrong, the fourth to right, and the last has another wrong answer. The
    /// probabilities of the answers are 0.8 and 0.6.
    /// </summary>
    private static readonly string[] ScoredQuestions =
    [
        "id,gold,cohort,topic,prob_a,prob_b,prob_c",
        "0,a,bf16,x,0.8,0.1,0.1", "1,b,bf16,x,0.1,0.8,0.1", "2,c,bf16,y,0.1,0.1,0.8", "3,a,bf16,y,0.1,0.8,0.1",
        "4,b,bf16,z,0.8,0.1,0.1",
        "0,a,int4,x,0.6,0.2,0.2", "1,b,int4,x,0.2,0.2,0.6", "2,c,int4,y,0.2,0.2,0.6", "3,a,int4,y,0.6,0.2,0.2",
        "4,b,int4,z,0.2,0.2,0.6",
    ];

    [Fact]
    public async Task One_model_against_one_has_flips_and_the_change_of_its_accuracy()
    {
        var analysis = await api.GetAsync($"{await ScoredAsync()}/analysis?margin=0.9");

        var flips = analysis["flips"]!;
        Assert.Equal(
            (1, 1, 1, 2, 0),
            ((int)flips["rightToWrong"]!, (int)flips["wrongToRight"]!, (int)flips["wrongToOtherWrong"]!,
                (int)flips["bothRight"]!, (int)flips["sameWrong"]!));
        Assert.Equal((0.4, 0.6, 0.0), (Number(flips, "flips"), Number(flips, "changes"), Number(flips, "direction")));
        Assert.Null(flips["noiseFlips"]);
        Assert.Null(flips["reason"]);
        var change = flips["accuracyChange"]!;
        // p1 = p2 = 2 / 7, so the interval is 1.96 sqrt((4 / 7) / 7) on both sides of 0.
        var half = 1.959963984540054 * 2 / 7;
        Assert.Equal(0, Number(change, "change"));
        Assert.Equal(-half, Number(change, "low"), 12);
        Assert.Equal(half, Number(change, "high"), 12);
        foreach (var (name, expected) in new[] { ("p", 1), ("midP", 0.5), ("pWorse", 0.75) })
            Assert.Equal(expected, Number(change, name), 12);
        Assert.Equal(0.9, Number(change, "margin"));
        Assert.True((bool)change["equivalent"]!);
        Assert.Equal(
            (1.959963984540054 + 0.8416212335729143) * Math.Sqrt(2) / 5, Number(change, "detectable"), 12);
        // The clusters x, y and z have the sums -1, 1 and 0.
        Assert.Equal(Math.Sqrt(3 / 2.0 * 2) / 5, Number(change, "clusterSe"), 12);
    }

    [Fact]
    public async Task One_model_against_one_has_the_divergence_of_its_scores()
    {
        var divergence = (await api.GetAsync($"{await ScoredAsync()}/analysis"))["divergence"]!;

        // The answers of the first and the third example stay, and the others move to a label of 0.1.
        double same = Kl([0.8, 0.1, 0.1], [0.6, 0.2, 0.2]), moved = Kl([0.8, 0.1, 0.1], [0.2, 0.2, 0.6]);
        // Scores are stored as float16.
        Assert.Equal(((2 * same) + (3 * moved)) / 5, Number(divergence, "kl", "mean"), 0.002);
        Assert.Equal(moved, Number(divergence, "kl", "p50"), 0.002);
        Assert.InRange(Number(divergence, "js", "mean"), 0.05, Math.Log(2));
        Assert.Equal(10, divergence["flipsByMargin"]!.AsArray().Count);
        Assert.Equal(3, divergence["flipsByMargin"]!.AsArray().Sum(decile => (double)decile!["changed"]!));
        Assert.NotNull(divergence["marginAuc"]);
    }

    [Fact]
    public async Task One_model_against_one_states_nothing_about_other_models()
    {
        var path = await ScoredAsync();

        var analysis = await api.GetAsync($"{path}/analysis");

        Assert.Equal("none", (string?)analysis["inference"]!["replication"]);
        Assert.StartsWith("These two models", (string?)analysis["inference"]!["of"], StringComparison.Ordinal);
        Assert.StartsWith("The method", (string?)analysis["inference"]!["notOf"], StringComparison.Ordinal);
        Assert.Empty(analysis["significance"]!["atMost"]!.AsArray());
        foreach (var part in new[] { "significance", "excess", "halves", "crossFit", "stability", "multiplicity" })
            Assert.Contains(
                "if replication is none, all runs again", (string?)analysis[part]!["reason"], StringComparison.Ordinal);
        Assert.Contains("An import has no", (string?)analysis["replication"]!["reason"], StringComparison.Ordinal);
        Assert.DoesNotContain("seeds", analysis["warnings"]!.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        var pies = (await api.GetAsync($"{path}/pies"))["items"]!.AsArray();
        Assert.Equal([1, 3, 4], pies.Select(pie => (int)pie!["position"]!));
        Assert.All(pies, pie => Assert.Equal(
            (null, null, null, null, null),
            (pie!["p"], pie["q"], pie["paired"], pie["inclusion"], pie["shift"])));
        Assert.Contains(
            "if replication is none, all runs again", (string?)(await api.GetAsync($"{path}/seed-plan"))["reason"],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_answers_are_compared_by_their_texts()
    {
        string[] lines =
        [
            "id,gold,d,p",
            "0,4,4,4", "1,5,5,6", "2,7,1,7", "3,9,8,3", "4,2,1,1",
        ];
        var path = await LabelledAsync(lines, Wide(("d", "bf16", 0), ("p", "int4", 0)), ForeignTask.Correctness);

        var analysis = await api.GetAsync($"{path}/analysis");

        Assert.Equal(
            """
            {"rightToWrong":1,"wrongToRight":1,"wrongToOtherWrong":1,"bothRight":1,"sameWrong":1,"flips":0.4,
            "changes":0.6,"direction":0,"noiseFlips":null}
            """.ReplaceLineEndings(""),
            Without(analysis["flips"]!, "accuracyChange", "reason"));
        // All gold labels are "right", so a run that is right about every text has not collapsed.
        Assert.Equal("none", (string?)analysis["collapse"]!["dense"]!["state"]);
        Assert.Contains("all runs have scores", (string?)analysis["divergence"]!["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Judgements_without_answers_do_not_say_which_wrong_answers_are_the_same()
    {
        string[] lines = ["id,d,p", "0,right,right", "1,right,wrong", "2,wrong,wrong"];
        var columns = new ForeignColumns { Example = "id", Runs = Wide(("d", "bf16", 0), ("p", "int4", 0)).Runs };
        var path = await LabelledAsync(lines, columns, ForeignTask.Correctness);

        var flips = (await api.GetAsync($"{path}/analysis"))["flips"]!;

        Assert.Equal((1, 1), ((int)flips["rightToWrong"]!, (int)flips["bothRight"]!));
        Assert.Equal((null, null, null), (flips["wrongToOtherWrong"], flips["sameWrong"], flips["changes"]));
        Assert.Contains("no texts of its answers", (string?)flips["reason"], StringComparison.Ordinal);
    }

    /// <summary>
    /// Of the three pairs of evaluations of the baseline, two differ in the rightness of the second example. The
    /// compressed model flips one of the three examples to wrong in every evaluation.
    /// </summary>
    [Fact]
    public async Task Repeated_evaluations_have_the_noise_of_the_baseline()
    {
        string[] lines = ["id,gold,d0,d1,d2,p0,p1", "0,a,a,a,a,b,b", "1,b,b,b,a,b,b", "2,b,b,b,b,b,b"];
        var columns = Wide(
            ("d0", "bf16", 0), ("d1", "bf16", 1), ("d2", "bf16", 2), ("p0", "int4", 0), ("p1", "int4", 1));
        var path = await LabelledAsync(lines, columns, ForeignTask.SingleLabel, ReplicationKind.Evaluation);

        var analysis = await api.GetAsync($"{path}/analysis");

        Assert.Equal(2 / 3.0 / 3, Number(analysis, "flips", "noiseFlips"), 12);
        Assert.Equal(1, Number(analysis, "flips", "rightToWrong"), 12);
        Assert.Equal(1 / 3.0, Number(analysis, "flips", "wrongToRight"), 12);
        Assert.Null(analysis["flips"]!["accuracyChange"]);
        Assert.Equal("evaluation", (string?)analysis["inference"]!["replication"]);
        Assert.Contains("noiseFlips", (string?)analysis["inference"]!["of"], StringComparison.Ordinal);
    }

    /// <summary>Two runs of the baseline and five of the compressed model, so the halves have one run each.</summary>
    [Fact]
    public async Task Cohorts_of_different_sizes_have_a_seed_plan_of_the_smaller_one()
    {
        string[] lines =
        [
            "id,gold,d0,d1,p0,p1,p2,p3,p4",
            "0,['a'],['a'],['a'],['b'],['b'],['b'],['b'],['b']", "1,['a'],['a'],['b'],['a'],['b'],['a'],['a'],['a']",
            "2,['b'],['b'],['b'],['b'],['b'],['b'],['b'],['a']",
        ];
        var runs = Enumerable.Range(0, 2).Select(seed => ($"d{seed}", "bf16", seed))
            .Concat(Enumerable.Range(0, 5).Select(seed => ($"p{seed}", "int4", seed)));
        var path = await LabelledAsync(lines, Wide([.. runs]), ForeignTask.MultiLabel, ReplicationKind.Training);

        var plan = await api.GetAsync($"{path}/seed-plan?jaccard=0.01");

        Assert.Equal((2, 1), ((int)plan["seeds"]!, (int)plan["seedsNeeded"]!));
        Assert.Equal([4, 6, 8], plan["bySeeds"]!.AsArray().Select(more => (int)more!["seeds"]!));
        var expected = new SeedPlan(
            LearningTask.MultiLabel, [new([2, 0], [0, 5], 1), new([1, 1], [4, 1], 1), new([0, 2], [1, 4], 1)],
            new(2, 5, Paired: false) { Kind = CohortKind.Foreign },
            Number(await api.GetAsync($"{path}/analysis"), "halves", "jaccard"));
        Assert.Equal(expected.Jaccard(2)!.Value, Number(plan, "jaccard"), 12);
    }

    /// <summary>
    /// All six pairs differ on the first example, on which the votes of the cohorts differ. They differ on two others
    /// too, in both directions: for these the paired test may be small by chance, and the unpaired one is not.
    /// </summary>
    [Theory]
    [InlineData(SeedPairing.Model, 0)]
    [InlineData(SeedPairing.Seed, 1)]
    public async Task The_paired_test_is_the_default_for_models_that_were_made_of_the_baseline_of_their_seed(
        SeedPairing pairing, int pies)
    {
        var sweep = await SixPairsAsync(pairing);
        var path = await PathAsync(sweep);
        var pie = Assert.Single((await api.GetAsync($"{path}/pies"))["items"]!.AsArray())!;
        var (unpaired, paired) = (Number(pie, "q"), Number(pie, "paired", "q"));
        Assert.InRange(unpaired, 0, 0.05);
        Assert.InRange(paired, 0.05, 0.2);

        Assert.Equal(pies, (int)(await api.GetAsync($"{path}/pies?maxQ=0.05"))["totalItems"]!);
        var analyses = await api.GetAsync($"/api/v1/sweeps/{sweep}/analysis");
        Assert.All(analyses["items"]!.AsArray(), row => Assert.Equal(pies, (int)row!["significantPies"]!));
        Assert.Equal(pies, (int)(await api.GetAsync($"/api/v1/sweeps/{sweep}/pies?maxQ=0.05"))["totalItems"]!);
        var overlap = Assert.Single(
            (await api.GetAsync($"/api/v1/sweeps/{sweep}/overlaps?maxQ=0.05"))["items"]!.AsArray())!;
        Assert.Equal((pies, pies), ((int)overlap["first"]!["pies"]!, (int)overlap["shared"]!));
        var shared = await api.GetAsync($"/api/v1/sweeps/{sweep}/intersections?maxQ=0.05");
        Assert.Equal(pies, (int)shared["totalItems"]!);
        await using var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync();
        Assert.Equal(
            [pies, pies],
            await db.Database.SqlQuery<int>(
                $"""SELECT significant_pies AS "Value" FROM analyses WHERE sweep_id = {sweep}""").ToListAsync());
    }

    [Theory]
    [InlineData(SeedPairing.Model, "paired")]
    [InlineData(SeedPairing.Seed, "unpaired")]
    public async Task The_q_values_that_are_shown_are_those_of_the_default_test(SeedPairing pairing, string test)
    {
        var sweep = await SixPairsAsync(pairing);
        var comparisons = (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]!.AsArray();
        var (int4, nf4) = ((string)comparisons[0]!["id"]!, (string)comparisons[1]!["id"]!);
        var pie = Assert.Single((await api.GetAsync($"/api/v1/comparisons/{int4}/pies"))["items"]!.AsArray())!;
        var isPaired = test == "paired";
        var q = isPaired ? Number(pie, "paired", "q") : Number(pie, "q");
        var (shown, heading) = (Shown.Small(q), isPaired ? "q value, paired test" : "q value");

        var page = await Html.FoundAsync(api.Client, $"/ui/comparisons/{int4}");
        Assert.Contains(heading, page.Heads);
        Assert.Contains(shown, page.Rows.Single());
        var chosen = await Html.FoundAsync(api.Client, $"/ui/comparisons/{int4}?test=unpaired");
        Assert.Contains("q value", chosen.Heads);
        Assert.Contains(Shown.Small(Number(pie, "q")), chosen.Rows.Single());
        var pair = await Html.FoundAsync(api.Client, $"/ui/comparisons/{int4}/pair?with={nf4}");
        Assert.Contains($"PIE, {heading} {shown}", pair.Text, StringComparison.Ordinal);
        var example = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}/examples/{pie["exampleId"]}");
        Assert.All(
            example.Rows.Take(2), row => Assert.Contains(isPaired ? $"{shown} paired test" : shown, row));
        var latex = await api.Client.GetStringAsync($"/api/v1/comparisons/{int4}/pies?format=latex");
        Assert.Equal(isPaired, latex.Contains("$q$ (paired)", StringComparison.Ordinal));
        Assert.Equal(isPaired, latex.Contains("the q value of the paired test", StringComparison.Ordinal));
        Assert.Contains($"& {LatexText.Probability(q)}", latex, StringComparison.Ordinal);

        var votes = await api.GetAsync($"/api/v1/sweeps/{sweep}/examples/{pie["exampleId"]}");
        var vote = votes["comparisons"]![0]!;
        var point = votes["trajectories"]![0]!["points"]![0]!;
        Assert.Equal((test, q), ((string)vote["test"]!, Number(vote, "q")));
        Assert.Equal((test, q), ((string)point["test"]!, Number(point, "q")));
    }

    /// <summary>Only the runs of the service are dense and pruned.</summary>
    [Fact]
    public async Task Pages_name_imported_cohorts_baseline_and_compressed()
    {
        var sweep = await SixPairsAsync(SeedPairing.Seed);
        var comparisons = (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]!.AsArray();
        var (first, second) = (comparisons[0]!["id"]!, comparisons[1]!["id"]!);
        var pie = Assert.Single((await api.GetAsync($"/api/v1/comparisons/{first}/pies"))["items"]!.AsArray())!;

        var comparison = await Html.FoundAsync(api.Client, $"/ui/comparisons/{first}");
        var example = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}/examples/{pie["exampleId"]}");
        var pair = await Html.FoundAsync(api.Client, $"/ui/comparisons/{first}/pair?with={second}");

        foreach (var heads in new[] { comparison.Heads, example.Heads })
        {
            Assert.Contains("Majority, baseline", heads);
            Assert.Contains("Majority, compressed", heads);
        }
        Assert.Contains("Accuracy, baseline → compressed", pair.Heads);
        Assert.Contains("First, compressed majority", pair.Heads);
        Assert.Contains("Second, compressed majority", pair.Heads);
        Assert.Contains("Runs 6 baseline, 6 compressed", comparison.Text, StringComparison.Ordinal);
        Assert.Contains("the compressed majority", comparison.Text, StringComparison.Ordinal);
        var runs = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}/runs");
        Assert.Contains("Run", runs.Heads);
        Assert.All(["Sparsity", "Seed", "Epochs"], head => Assert.DoesNotContain(head, runs.Heads));
    }

    [Theory]
    [InlineData("sweeps/{sweep}/comparisons", SeedPairing.Seed)]
    [InlineData("sweeps/{sweep}/analysis", SeedPairing.Seed)]
    [InlineData("comparisons/{comparison}/pies", SeedPairing.Seed)]
    [InlineData("comparisons/{comparison}/pies", SeedPairing.Model)]
    public async Task Tables_for_papers_name_imported_cohorts_baseline_and_compressed(string path, SeedPairing pairing)
    {
        var sweep = await SixPairsAsync(pairing);
        var comparison = (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!["id"]!;
        var address = path.Replace("{sweep}", $"{sweep}", StringComparison.Ordinal)
            .Replace("{comparison}", $"{comparison}", StringComparison.Ordinal);

        var latex = await api.Client.GetStringAsync($"/api/v1/{address}?format=latex");

        var table = latex[latex.IndexOf(@"\caption", StringComparison.Ordinal)..];
        Assert.Contains("baseline", table, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("compressed", table, StringComparison.OrdinalIgnoreCase);
        Assert.All(["dense", "pruned", "Sparsity", "Target", "seeds"], word =>
            Assert.DoesNotContain(word, table, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Of four questions, all three settings change the first, and one changes the second.</summary>
    [Fact]
    public async Task Settings_of_a_compression_are_counted_by_the_examples_that_they_change()
    {
        string[] lines = ["id,gold,d,p0,p1,p2", "0,a,a,b,b,b", "1,a,a,b,a,a", "2,b,b,b,b,b", "3,b,b,b,b,b"];
        var path = await LabelledAsync(
            lines, Wide(("d", "bf16", 0), ("p0", "int4", 0), ("p1", "int4", 1), ("p2", "int4", 2)),
            ForeignTask.SingleLabel, ReplicationKind.Setting);

        var analysis = await api.GetAsync($"{path}/analysis");

        var settings = analysis["settings"]!;
        Assert.Equal(3, (int)settings["settings"]!);
        var rows = settings["byChanged"]!.AsArray();
        Assert.Equal([2, 1, 0, 1], rows.Select(row => (int)row!["examples"]!));
        // The settings change 1/2, 1/4 and 1/4 of the examples.
        Assert.Equal(4 / 32.0, Number(rows[3], "expected"), 12);
        Assert.Equal(8, Number(rows[3], "ratio"), 12);
        Assert.Contains("(settings)", (string?)analysis["inference"]!["of"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Seeds_of_a_training_are_not_settings()
    {
        string[] lines = ["id,gold,d,p0,p1", "0,a,a,b,b", "1,b,b,b,b"];
        var path = await LabelledAsync(
            lines, Wide(("d", "bf16", 0), ("p0", "int4", 0), ("p1", "int4", 1)), ForeignTask.SingleLabel,
            ReplicationKind.Training);

        var settings = (await api.GetAsync($"{path}/analysis"))["settings"]!;

        Assert.Null(settings["settings"]);
        Assert.Contains("not several settings", (string?)settings["reason"], StringComparison.Ordinal);
    }

    /// <summary>The example changes at 3 bits, and a cohort of which neither bits nor sparsity are known is left out.
    /// </summary>
    [Fact]
    public async Task An_example_has_its_path_over_the_bits_of_imported_cohorts()
    {
        string[] lines =
            ["id,gold,d,p3,p4,p8,x", "0,a,a,b,a,a,b", "1,b,b,b,b,b,b", "2,a,a,a,a,a,a", "3,b,b,b,b,b,b"];
        var sweep = await SweepAsync(
            lines, Wide(("d", "bf16", 0), ("p3", "p3", 0), ("p4", "p4", 0), ("p8", "p8", 0), ("x", "x", 0)),
            ForeignTask.SingleLabel, cohorts:
            [
                .. new[] { 3, 4, 8 }.Select(bits => new ForeignCohort
                {
                    Name = $"p{bits}", Model = "llama", Compression = $"GPTQ {bits} bit", Bits = bits,
                }),
                new() { Name = "x", Model = "llama", Compression = "distilled" },
            ]);
        var example = (await api.GetAsync($"/api/v1/sweeps/{sweep}/pies"))["items"]![0]!["exampleId"];

        var votes = await api.GetAsync($"/api/v1/sweeps/{sweep}/examples/{example}");

        var path = Assert.Single(votes["trajectories"]!.AsArray())!;
        Assert.Equal(("bits", "GPTQ"), ((string?)path["by"], (string?)path["compression"]));
        Assert.Equal(
            [("p8", 8.0, false), ("p4", 4.0, false), ("p3", 3.0, true)],
            path["points"]!.AsArray().Select(point => (
                (string)point!["cohort"]!, (double)point["bits"]!, (bool)point["isPie"]!)));
        Assert.Equal((3, 3), ((int)path["firstFlip"]!, (int)path["lastingFlip"]!));
        Assert.Null(path["halfSparsity"]);
        var fragile = (await api.GetAsync($"/api/v1/sweeps/{sweep}/fragile-examples?orderBy=pieCount"))["items"]![0]!;
        Assert.Equal((2, null), ((int)fragile["pieCount"]!, fragile["firstFlip"]));
    }

    public void Dispose() => folder.Delete(recursive: true);

    /// <returns>A sweep with two equal cohorts of six runs each.</returns>
    private async Task<Guid> SixPairsAsync(SeedPairing pairing)
    {
        var seeds = Enumerable.Range(0, 6).ToList();
        string Line(string start, string dense, string pruned) =>
            string.Join(',', [start, .. dense, .. pruned, .. pruned]);
        string[] lines =
        [
            string.Join(',', ["id,gold", .. from run in "dpq" from seed in seeds select $"{run}{seed}"]),
            Line("0,a", "aaaaaa", "bbbbbb"), Line("1,a", "aaabbb", "bbbaaa"), Line("2,a", "aaabbb", "bbbaaa"),
            Line("3,b", "bbbbbb", "bbbbbb"),
        ];
        return await SweepAsync(
            lines,
            Wide([
                .. from run in new[] { ("d", "bf16"), ("p", "int4"), ("q", "nf4") }
                   from seed in seeds select ($"{run.Item1}{seed}", run.Item2, seed),
            ]),
            ForeignTask.SingleLabel, ReplicationKind.Training, cohorts:
            [
                new() { Name = "int4", Model = "llama", Bits = 4, Pairing = pairing },
                new() { Name = "nf4", Model = "llama", Pairing = pairing },
            ]);
    }

    private Task<string> ScoredAsync() => LabelledAsync(
        ScoredQuestions,
        new() { Example = "id", Label = "gold", Cohort = "cohort", ScoresPrefix = "prob_", Cluster = "topic" },
        ForeignTask.SingleLabel, scores: ScoreKind.Probabilities);

    private static ForeignColumns Wide(params (string Column, string Cohort, int Seed)[] runs) => new()
    {
        Example = "id",
        Label = "gold",
        Runs = runs.ToDictionary(
            run => run.Column, run => new ForeignRunColumn { Cohort = run.Cohort, Seed = run.Seed }),
    };

    /// <returns>The path of the only comparison.</returns>
    private async Task<string> LabelledAsync(
        string[] lines, ForeignColumns columns, ForeignTask task, ReplicationKind replication = ReplicationKind.None,
        ScoreKind? scores = null) => await PathAsync(await SweepAsync(
            lines, columns, task, replication, scores,
            [new() { Name = "int4", Model = "llama", Compression = "GPTQ", Bits = 4 }]));

    /// <summary>The path of the first comparison.</summary>
    private async Task<string> PathAsync(Guid sweep)
    {
        var comparisons = (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]!.AsArray();
        return $"/api/v1/comparisons/{comparisons[0]!["id"]}";
    }

    /// <param name="cohorts">The cohorts that are compared with bf16.</param>
    private async Task<Guid> SweepAsync(
        string[] lines, ForeignColumns columns, ForeignTask task, ReplicationKind replication = ReplicationKind.None,
        ScoreKind? scores = null, params IEnumerable<ForeignCohort> cohorts)
    {
        var path = Path.Combine(folder.FullName, $"{Guid.NewGuid()}.csv");
        await File.WriteAllLinesAsync(path, lines);
        var import = new PredictionImport
        {
            Name = "int4",
            Replication = replication,
            Dataset = new() { FromFiles = true, Name = "questions", Task = task },
            Cohorts = [new() { Name = "bf16", Model = "llama", Baseline = true }, .. cohorts],
            Files = [new() { Part = "a", Format = ForeignFormat.Csv, Columns = columns, ScoreKind = scores }],
        };
        var parts = new Dictionary<string, SourceFile> { ["a"] = new("a", path) };
        Assert.Empty(ImportRules.Check(import, parts.Keys));
        var reading = ForeignImport.Read(
            import, parts, dataset: null, ReadLimits.Default, folder.FullName, CancellationToken.None);
        Assert.Empty(reading.Errors);
        using var predictions = reading.Predictions!;
        var id = Guid.CreateVersion7();
        await api.Services.GetRequiredService<ImportedSweeps>()
            .AddAsync(id, import, predictions, alongWith: null, CancellationToken.None);
        await api.Situations.LabelAsync(id);
        return id;
    }

    private static double Kl(double[] p, double[] q) => p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum();

    private static double Number(JsonNode? node, params string[] path) =>
        (double)path.Aggregate(node, (inner, name) => inner![name])!;

    private static string Without(JsonNode node, params string[] names)
    {
        var rest = node.DeepClone().AsObject();
        foreach (var name in names) rest.Remove(name);
        return rest.ToJsonString();
    }
}
