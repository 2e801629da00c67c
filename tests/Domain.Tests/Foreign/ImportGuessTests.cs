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
    public void A_truth_value_is_a_metric_and_a_target_that_is_a_number_is_not()
    {
        var row = Open.Replace("\"target\": \"7\"", "\"target\": 0", StringComparison.Ordinal)
            .Replace("\"exact_match\": 1.0", "\"prompt_level_strict_acc\": true", StringComparison.Ordinal);
        var definition = Assert.Single(
            Guess(File("bf16/samples_ifeval.jsonl", row), File("q8/samples_ifeval.jsonl", row))).Definition;

        Assert.All(definition.Files!, file => Assert.Equal("prompt_level_strict_acc", file.Metric));
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
    public void What_repeats_are_cannot_be_stated_if_each_cohort_has_one_file()
    {
        List<string> files =
        [
            File("bf16/samples_arc.jsonl", Choice), File("int4-a/samples_arc.jsonl", Choice),
            File("int4-b/samples_arc.jsonl", Choice),
        ];

        var refused = Assert.Throws<GuessException>(() => ImportGuess.Of(
            files, new GuessOptions("bf16", Model: null, ReplicationKind.Setting), ReadLimits.Default));

        Assert.Equal(
            "--repeats states how several files of a cohort differ, but each of the cohorts bf16, int4-a, int4-b has "
                + "one file for each task. Leave it out, or put the files of one cohort into one folder.",
            refused.Message);
    }

    /// <summary>Up to version 0.4.2 the arguments of the model precede the task, and both may have underscores; the
    /// results beside the file have the names of the tasks.</summary>
    [Theory]
    [InlineData("pretrained=org__my_model,dtype=float16_arc_easy", "pretrained=org__my_model-int4,dtype=auto_arc_easy",
        "arc_easy", "org/my_model")]
    [InlineData("pretrained__org__my_model_arc_easy", "pretrained__org__my_model-int4_arc_easy", "arc_easy",
        "org/my_model")]
    [InlineData("arc_easy", "arc_easy", "arc_easy", "org/results")]
    public void Files_of_old_versions_have_the_task_in_the_results_beside_them(
        string dense, string int4, string task, string model)
    {
        foreach (var cohort in new[] { "bf16", "int4" })
            File($"{cohort}/results.json", """
                {"results": {"easy": {}, "arc_easy": {}, "arc": {}}, "config": {"model_args": "pretrained=org/results"}}
                """);
        var definition = Assert.Single(Guess(
            File($"bf16/{dense}.jsonl", "[", Choice, "]"), File($"int4/{int4}.jsonl", "[", Choice, "]"))).Definition;

        Assert.Equal(task, definition.Dataset!.Name);
        Assert.All(definition.Cohorts!, cohort => Assert.Equal(model, cohort.Model));
    }

    /// <summary>Without results the task begins behind the value of the last argument, or is that of another file.
    /// </summary>
    [Theory]
    [InlineData("pretrained=org__toy-7b,load_in_4bit=True_arc_easy", "arc_easy", "org/toy-7b")]
    [InlineData("pretrained=org__toy-7b_arc_easy", "arc_easy", "org/toy-7b")]
    [InlineData("pretrained__toy_arc_easy", "arc_easy", "toy")]
    public void Files_of_old_versions_without_results_state_the_task_behind_the_arguments(
        string name, string task, string model)
    {
        var guessed = Guess(
            File($"bf16/{name}.jsonl", "[", Choice, "]"), File($"int4/{name}.jsonl", "[", Choice, "]"));
        var mixed = Guess(
            File($"bf16/{name}.jsonl", "[", Choice, "]"), File("new/samples_easy_2026-08-21T10-00-00.jsonl", Choice));

        Assert.Equal((task, model), (Assert.Single(guessed).Task, guessed[0].Definition.Cohorts![0].Model));
        Assert.Equal("easy", Assert.Single(mixed).Task);
    }

    [Fact]
    public void Old_files_of_several_models_in_one_folder_are_told_apart_by_their_models()
    {
        string[] models = ["toy-bf16", "toy-int4"], tasks = ["arc_easy", "boolq"];
        var guessed = Guess([.. from model in models from task in tasks
            select File($"pretrained=org__{model}_{task}.jsonl", "[", Choice, "]")]);

        Assert.Equal(tasks, guessed.Select(import => import.Task));
        Assert.All(guessed, import => Assert.Equal(
            [("toy-bf16", "org/toy-bf16"), ("toy-int4", "org/toy-bf16")],
            import.Definition.Cohorts!.Select(cohort => (cohort.Name!, cohort.Model!))));
    }

    [Fact]
    public void The_model_is_in_the_results_of_an_evaluation_or_in_its_folder_unless_it_is_stated()
    {
        string[] files =
            [File("bf16/org__toy/samples_arc.jsonl", Choice), File("int4/org__toy/samples_arc.jsonl", Choice)];

        Assert.Equal("org/toy", Guess(files)[0].Definition.Cohorts![0].Model);
        File("bf16/org__toy/results_2026.json", """{"results": {}, "config": {}, "model_name": "org/toy_7b"}""");
        Assert.Equal("org/toy_7b", Guess(files)[0].Definition.Cohorts![0].Model);
        Assert.Equal("mine", ImportGuess.Of(
            files, new(null, "mine", Replication: null), ReadLimits.Default)[0].Definition.Cohorts![0].Model);
    }

    [Theory]
    [InlineData("""{"choices": ["a", "b"], "output": {"choices": []}}""", ForeignTask.SingleLabel)]
    [InlineData("""{"choices": null, "output": {"choices": [{}]}}""", ForeignTask.Correctness)]
    public void Archives_of_Inspect_have_task_and_model_in_their_head(string sample, ForeignTask task)
    {
        var definition = Assert.Single(Guess(
            Archive("2026-08-21T10-00-00_a.eval", sample, "header.json", "toy/fp16"),
            Archive("2026-08-21T11-00-00_b.eval", sample, "_journal/start.json", "toy/int4"))).Definition;

        Assert.Equal((task, "sums"), (definition.Dataset!.Task!.Value, definition.Dataset.Name));
        Assert.Equal(ReplicationKind.None, definition.Replication);
        Assert.Equal(
            [("fp16", "toy/fp16"), ("int4", "toy/fp16")],
            definition.Cohorts!.Select(cohort => (cohort.Name!, cohort.Model!)));
    }

    [Fact]
    public void Open_answers_of_Inspect_are_recognised_although_each_output_has_choices()
    {
        static string Log(string model) => $$"""
            {"version": 2, "status": "success",
            "eval": {"task": "sums", "model": "{{model}}", "config": {"epochs": 2} },
            "samples": [{"id": 1, "epoch": 1, "output": {"choices": [{"message": {} }]}, "scores": {} }]}
            """;
        var definition = Assert.Single(Guess(File("a.json", Log("m/base")), File("b.json", Log("m/q4")))).Definition;

        Assert.Equal(ForeignTask.Correctness, definition.Dataset!.Task);
        Assert.Equal(ReplicationKind.Evaluation, definition.Replication);
    }

    [Fact]
    public void The_specification_of_a_run_of_HELM_states_task_and_model()
    {
        foreach (var model in new[] { "bf16", "int4" })
            File($"{model}/run_spec.json",
                $$$"""{"name": "gsm:n=2,model=org_{{{model}}}", "adapter_spec": {"model": "org/{{{model}}}"}}""");
        const string prediction =
            """[{"instance_id": "id0", "train_trial_index": 0, "stats": {"exact_match": 1.0}}]""";

        var import = Assert.Single(Guess(
            File("bf16/display_predictions.json", prediction), File("int4/display_predictions.json", prediction)));

        Assert.Equal(("gsm:n=2", "org/bf16"), (import.Task, import.Definition.Cohorts![0].Model));
    }

    [Fact]
    public void The_folders_of_OpenCompass_state_the_model()
    {
        const string prediction = """{"0": {"prediction": "A", "gold": "A"}}""";
        var import = Assert.Single(Guess(
            File("20260821_100000/predictions/toy-bf16/arc.json", prediction),
            File("20260822_100000/predictions/toy-int4/arc.json", prediction)));

        Assert.Equal(("arc", "toy-bf16"), (import.Task, import.Definition.Cohorts![0].Model));
        Assert.Equal(["toy-bf16", "toy-int4"], import.Definition.Cohorts.Select(cohort => cohort.Name));
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

    [Fact]
    public void A_task_that_one_cohort_has_is_refused_with_the_cohorts_that_lack_it()
    {
        var error = Assert.Throws<GuessException>(() => Guess(
            File("bf16/samples_arc.jsonl", Choice), File("int4/samples_arc.jsonl", Choice),
            File("bf16/samples_gsm.jsonl", Open)));

        Assert.Contains(
            "Of the task gsm there are files of the cohort bf16 only, not of int4", error.Message,
            StringComparison.Ordinal);
    }

    /// <summary>What is guessed of each tool's samples is read without an error.</summary>
    [Theory]
    [InlineData("lm-eval", "samples_*.jsonl")]
    [InlineData("lm-eval", "*toy_mc*.jsonl")]
    [InlineData("every-eval-ever", "*.jsonl")]
    [InlineData("inspect", "*.json")]
    [InlineData("openai-evals", "*.jsonl")]
    [InlineData("opencompass", "*.json")]
    [InlineData("helm", "*.json")]
    [InlineData("lighteval", "*.parquet")]
    public void The_samples_of_a_tool_are_guessed(string tool, string pattern)
    {
        var files = SampleFolder.Files(tool, pattern).Select(SampleFolder.Path)
            .Where(file => !file.Contains("again", StringComparison.Ordinal)).ToArray();
        Assert.SkipWhen(files.Length == 0, $"There are no samples of {tool}.");

        var guessed = Guess(files);

        Assert.NotEmpty(guessed);
        Assert.Equal(guessed.Count, guessed.Select(import => import.Task).Distinct().Count());
        foreach (var import in guessed)
        {
            var cohorts = import.Definition.Cohorts!;
            Assert.True(cohorts.Count > 1, $"The task {import.Task} has one cohort.");
            Assert.Equal(cohorts[0], Assert.Single(cohorts, cohort => cohort.Baseline));
            Assert.NotEmpty(Assert.Single(cohorts.Select(cohort => cohort.Model).Distinct())!);
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
        files, new GuessOptions(baseline, Model: null, Replication: null), ReadLimits.Default);

    private string Archive(string path, string sample, string head, string model)
    {
        var full = Path.Combine(folder.FullName, path);
        using var zip = System.IO.Compression.ZipFile.Open(full, System.IO.Compression.ZipArchiveMode.Create);
        (string Name, string Content)[] entries =
        [
            (head, $$$"""{"version": 2, "eval": {"task": "sums", "model": "{{{model}}}"}}"""),
            ("samples/1_epoch_1.json", sample),
        ];
        foreach (var (name, content) in entries)
        {
            using var entry = new StreamWriter(zip.CreateEntry(name).Open());
            entry.Write(content);
        }
        return full;
    }

    private string File(string path, params string[] lines)
    {
        var full = Path.Combine(folder.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        System.IO.File.WriteAllLines(full, lines);
        return full;
    }
}
