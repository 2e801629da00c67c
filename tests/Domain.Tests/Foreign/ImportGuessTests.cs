using PieService.Domain.Files;
using PieService.Domain.Foreign;
using PieService.Domain.Foreign.Guess;
using PieService.Domain.Sweeps;
using PieService.Golden;

namespace PieService.Domain.Tests.Foreign;

public sealed class ImportGuessTests : IDisposable
{
    private const string Choice =
        """{"doc_id": 0, "doc": {"question": "Which?"}, "target": "0", "arguments": {"gen_args_0": {"arg_0": "Q", """
        + """ "arg_1": " a"}, "gen_args_1": {"arg_0": "Q", "arg_1": " b"}}, "filtered_resps": [["-1", "True"], """
        + """ ["-2", "False"]], "filter": "none", "acc": 1.0}""";

    private const string Open =
        """{"doc_id": 0, "doc": {"problem": "Sum?"}, "target": "7", "arguments": {"gen_args_0": {"arg_0": "Q", """
        + """ "arg_1": {"until": []}}}, "filtered_resps": ["7"], "filter": "strict-match", "exact_match": 1.0}""";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pie-guess-");

    [Fact]
    public void The_folders_of_an_output_folder_are_its_cohorts_and_the_names_its_tasks()
    {
        var guessed = Guess(
            File("bf16/toy__model/samples_arc_2026-08-21T10-00-00.000000.jsonl", Choice),
            File("bf16/toy__model/samples_gsm_2026-08-21T10-05-00.000000.jsonl", Open),
            File("gptq-int4/toy__model/samples_arc_2026-08-22T10-00-00.000000.jsonl", Choice),
            File("gptq-int4/toy__model/samples_gsm_2026-08-22T10-05-00.000000.jsonl", Open));

        Assert.Equal(["arc", "gsm"], guessed.Select(import => import.Task));
        var (choices, open) = (guessed[0].Definition, guessed[1].Definition);
        Assert.Equal(ForeignTask.SingleLabel, choices.Dataset!.Task);
        Assert.Equal(ForeignTask.Correctness, open.Dataset!.Task);
        Assert.Equal(
            [("bf16", true, (double?)16, null), ("gptq-int4", false, 4, "gptq-int4")],
            choices.Cohorts!.Select(cohort => (cohort.Name!, cohort.Baseline, cohort.Bits, cohort.Compression)));
        Assert.All(choices.Files!, file => Assert.Equal("doc.question", file.TextPath));
        Assert.All(open.Files!, file => Assert.Equal("doc.problem", file.TextPath));
        Assert.All(guessed, import => Assert.Empty(ImportRules.Check(import.Definition, [.. import.Parts.Keys])));
        Assert.All(guessed, import => Assert.Empty(ImportConflicts.Check(import.Definition)));
    }

    [Fact]
    public void Several_evaluations_of_a_cohort_are_repeats_of_the_evaluation_in_the_order_of_their_names()
    {
        var definition = Assert.Single(Guess(
            File("bf16/samples_arc_2026-08-21T10-00-00.000000.jsonl", Choice),
            File("bf16/samples_arc_2026-08-22T10-00-00.000000.jsonl", Choice),
            File("int4/samples_arc_2026-08-21T10-00-00.000000.jsonl", Choice))).Definition;

        Assert.Equal(ReplicationKind.Evaluation, definition.Replication);
        Assert.Equal([("bf16", 0), ("bf16", 1), ("int4", 0)], definition.Files!.Select(f => (f.Cohort!, f.Seed)));
        Assert.All(definition.Cohorts!, cohort => Assert.Equal(SeedPairing.None, cohort.Pairing));
    }

    [Fact]
    public void Of_several_filters_the_first_is_read_and_a_metric_that_is_not_the_usual_one_is_named()
    {
        var row = Open.Replace("exact_match", "pass_at_1", StringComparison.Ordinal);
        // All rows of a filter come before those of the next, and prompts may be long.
        string[] rows =
        [
            .. Enumerable.Repeat(row.Replace("\"Q\"", $"\"{new string('q', 100_000)}\"", StringComparison.Ordinal), 60),
            .. Enumerable.Repeat(row.Replace("strict-match", "flexible", StringComparison.Ordinal), 60),
        ];
        var definition = Assert.Single(
            Guess(File("bf16/samples_code.jsonl", rows), File("q8/samples_code.jsonl", rows)))
            .Definition;

        Assert.All(definition.Files!, file => Assert.Equal(("strict-match", "pass_at_1"), (file.Filter, file.Metric)));
    }

    [Fact]
    public void Files_of_one_folder_are_told_apart_by_their_names()
    {
        var definition = Assert.Single(
            Guess(File("bf16_samples.jsonl", Choice), File("int8_samples.jsonl", Choice))).Definition;

        Assert.Equal(["bf16", "int8"], definition.Cohorts!.Select(cohort => cohort.Name));
    }

    [Theory]
    [InlineData("int4", 4)]
    [InlineData("llama-w4a16", 4)]
    [InlineData("NF4", 4)]
    [InlineData("fp8-dynamic", 8)]
    [InlineData("awq-3bit", 3)]
    [InlineData("Q5_K_M", 5)]
    [InlineData("llama-3.1-8b", null)]
    [InlineData("distilled", null)]
    public void Bits_are_taken_from_names_that_state_them(string cohort, int? bits)
    {
        var definition = Assert.Single(
            Guess(File("bf16/samples_a.jsonl", Choice), File($"{cohort}/samples_a.jsonl", Choice))).Definition;

        Assert.Equal(bits, definition.Cohorts!.Single(one => one.Name == cohort).Bits);
    }

    /// <summary>The folder of a run of HELM has the task and the model; its files have fixed names.</summary>
    [Fact]
    public void The_folders_of_HELM_state_task_and_model()
    {
        const string run = "runs/v1", prediction =
            """[{"instance_id": "id0", "train_trial_index": 0, "predicted_text": "7", """
            + """ "stats": {"f1_score": 0.5, "quasi_exact_match": 1.0}}]""";
        var guessed = Guess(
            File($"{run}/gsm:n=2,model=org_bf16/display_predictions.json", prediction),
            File($"{run}/gsm:n=2,model=org_bf16/per_instance_stats.json", "[]"),
            File($"{run}/gsm:n=2,model=org_bf16/instances.json", "[]"),
            File($"{run}/gsm:n=2,model=org_int4/display_predictions.json", prediction),
            File($"{run}/imdb:model=org_bf16/display_predictions.json", prediction),
            File($"{run}/imdb:model=org_int4/display_predictions.json", prediction));

        Assert.Equal(["gsm:n=2", "imdb"], guessed.Select(import => import.Task));
        Assert.All(guessed, import => Assert.Equal(
            [("org_bf16", true), ("org_int4", false)],
            import.Definition.Cohorts!.Select(cohort => (cohort.Name!, cohort.Baseline))));
        Assert.All(guessed, import => Assert.Equal(ForeignTask.Correctness, import.Definition.Dataset!.Task));
        Assert.All(guessed.SelectMany(import => import.Definition.Files!), file => Assert.Equal(
            (ForeignFormat.Helm, "quasi_exact_match"), (file.Format!.Value, file.Metric)));
    }

    [Fact]
    public void Folders_that_are_named_by_a_time_are_repeats()
    {
        var definition = Assert.Single(Guess(
            File("bf16/2026-08-21T10-00-00.000000/samples_arc.jsonl", Choice),
            File("bf16/2026-08-22T10-00-00.000000/samples_arc.jsonl", Choice),
            File("int4/2026-08-23T10-00-00.000000/samples_arc.jsonl", Choice))).Definition;

        Assert.Equal(["bf16", "int4"], definition.Cohorts!.Select(cohort => cohort.Name));
        Assert.Equal(ReplicationKind.Evaluation, definition.Replication);
    }

    [Fact]
    public void A_baseline_that_is_not_clear_is_asked_for()
    {
        string[] files = [File("a/samples_arc.jsonl", Choice), File("b/samples_arc.jsonl", Choice)];

        var error = Assert.Throws<GuessException>(() => Guess(files));

        Assert.Contains("a, b", error.Message, StringComparison.Ordinal);
        Assert.Contains("--baseline", error.Message, StringComparison.Ordinal);
        Assert.True(Guess("b", files)[0].Definition.Cohorts![0] is { Name: "b", Baseline: true });
        Assert.Throws<GuessException>(() => Guess("c", files));
    }

    [Fact]
    public void Files_that_do_not_say_what_they_are_need_a_definition() => Assert.Contains(
        "--definition",
        Assert.Throws<GuessException>(() => Guess(File("a/x.csv", "id,label"), File("b/x.csv", "id,label"))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Files_of_one_cohort_are_refused() => Assert.Contains(
        "one cohort",
        Assert.Throws<GuessException>(() => Guess(
            File("a/samples_arc.jsonl", Choice), File("a/samples_gsm.jsonl", Open))).Message,
        StringComparison.Ordinal);

    /// <summary>What is guessed of each tool's samples is read without an error.</summary>
    [Theory]
    [InlineData("lm-eval", "samples_*.jsonl", 2)]
    [InlineData("every-eval-ever", "*.jsonl", 1)]
    [InlineData("inspect", "*.json", 1)]
    [InlineData("openai-evals", "*.jsonl", 1)]
    [InlineData("opencompass", "*.json", 1)]
    [InlineData("helm", "*.json", 1)]
    [InlineData("lighteval", "*.parquet", 1)]
    public void The_samples_of_a_tool_are_guessed(string tool, string pattern, int tasks)
    {
        var files = SampleFolder.Files(tool, pattern).Select(SampleFolder.Path)
            .Where(file => !file.Contains("again", StringComparison.Ordinal)).ToArray();
        Assert.SkipWhen(files.Length == 0, $"There are no samples of {tool}.");

        var guessed = Guess(files);

        Assert.Equal(tasks, guessed.Count);
        foreach (var import in guessed)
        {
            var parts = import.Parts.ToDictionary(part => part.Key, part => new SourceFile(part.Key, part.Value));
            Assert.Empty(ImportRules.Check(import.Definition, parts.Keys));
            var reading = ForeignImport.Read(
                import.Definition, parts, null, ReadLimits.Default, folder.FullName, CancellationToken.None);
            Assert.Empty(reading.Errors);
            reading.Predictions!.Dispose();
        }
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static IReadOnlyList<GuessedImport> Guess(params string[] files) => Guess(null, files);

    private static IReadOnlyList<GuessedImport> Guess(string? baseline, string[] files) => ImportGuess.Of(
        files, new GuessOptions(baseline, "model", ReplicationKind.Evaluation), ReadLimits.Default);

    private string File(string path, params string[] lines)
    {
        var full = Path.Combine(folder.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        System.IO.File.WriteAllLines(full, lines);
        return full;
    }
}
