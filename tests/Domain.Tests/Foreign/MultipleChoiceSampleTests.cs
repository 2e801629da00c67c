using System.Text.Json;
using PieService.Domain.Analysis;
using PieService.Domain.Foreign;
using PieService.Domain.Sweeps;
using PieService.Domain.Tests.Analysis;
using PieService.Golden;

namespace PieService.Domain.Tests.Foreign;

/// <summary>The samples of tools that evaluate one model against another on multiple-choice and open
/// questions.</summary>
public class MultipleChoiceSampleTests
{
    /// <summary>The model whose answers a file has, where its folder has another name.</summary>
    private static readonly Dictionary<string, string> Models = new() { ["v0.4.2"] = "int4" };

    public static TheoryData<string> LmEval() => SampleFolder.Cases("lm-eval", "*toy_mc*.jsonl");

    public static TheoryData<string> EveryEvalEver() => SampleFolder.Cases("every-eval-ever", "*.jsonl");

    public static TheoryData<string> OpenAiEvals() => SampleFolder.Cases("openai-evals", "*.jsonl");

    public static TheoryData<string> OpenCompass() => SampleFolder.Cases("opencompass", "*.json");

    public static TheoryData<string> Lighteval() => SampleFolder.Cases("lighteval", "*.parquet");

    public static TheoryData<string> Helm() => SampleFolder.Cases("helm", "display_predictions.json");

    public static TheoryData<string> HelmStats() => SampleFolder.Cases("helm", "per_instance_stats.json");

    public static TheoryData<string> Inspect() => SampleFolder.Cases("inspect", "*.json");

    [Theory]
    [MemberData(nameof(LmEval))]
    public void The_choices_of_lm_evaluation_harness_are_read(string file) =>
        HasAnswers(file, Folder(file), new() { Format = ForeignFormat.LmEvalHarness, Cohort = "dense" });

    [Theory]
    [MemberData(nameof(EveryEvalEver))]
    public void The_instances_of_Every_Eval_Ever_are_read(string file) => HasAnswers(
        file, Path.GetFileName(file).Split('_')[0], new() { Format = ForeignFormat.EveryEvalEver, Cohort = "dense" });

    [Theory]
    [MemberData(nameof(OpenAiEvals))]
    public void The_events_of_OpenAI_evals_are_read(string file) => HasAnswers(
        file, Path.GetFileNameWithoutExtension(file),
        new() { Format = ForeignFormat.OpenAiEvals, Cohort = "dense" });

    [Theory]
    [MemberData(nameof(OpenCompass))]
    public void The_predictions_of_OpenCompass_are_read(string file) => HasAnswers(
        file, Folder(file), new() { Format = ForeignFormat.OpenCompass, Cohort = "dense" }, hasMetric: false);

    [Theory]
    [MemberData(nameof(Lighteval))]
    public void The_details_of_lighteval_are_read(string file) => HasAnswers(
        file, Folder(file), new() { Format = ForeignFormat.Lighteval, Cohort = "dense" });

    [Theory]
    [MemberData(nameof(Lighteval))]
    public void A_metric_of_lighteval_judges_its_answers(string file)
    {
        var expected = SampleFolder.Expected("multiple_choice");
        using var import = new Imports { Task = ForeignTask.Correctness };
        using var predictions = import.With(
            SampleFolder.Path(file),
            new() { Format = ForeignFormat.Lighteval, Cohort = "dense", Metric = "acc" }).Read();

        Assert.Equal(
            expected.Ints(Folder(file)).Zip(expected.Ints("gold"), (answer, gold) => answer == gold ? 0 : 1),
            predictions.Labels("dense").Classes());
    }

    [Theory]
    [MemberData(nameof(Helm))]
    public void The_predictions_of_HELM_are_read(string file) => HasAnswers(
        file, Folder(file), new() { Format = ForeignFormat.Helm, Cohort = "dense", Instances = "instances" });

    [Theory]
    [MemberData(nameof(Inspect))]
    public void The_epochs_of_Inspect_are_runs(string file) => HasAnswers(
        file, Path.GetFileNameWithoutExtension(file), new() { Format = ForeignFormat.Inspect, Cohort = "dense" });

    [Theory]
    [MemberData(nameof(HelmStats))]
    public void A_metric_of_HELM_judges_its_answers(string file)
    {
        var expected = SampleFolder.Expected("multiple_choice");
        using var import = new Imports { Task = ForeignTask.Correctness };
        using var predictions = import.With(
            SampleFolder.Path(file),
            new() { Format = ForeignFormat.Helm, Cohort = "dense", Metric = "exact_match" }).Read();

        Assert.Equal(
            expected.Ints(Folder(file)).Zip(expected.Ints("gold"), (answer, gold) => answer == gold ? 0 : 1),
            predictions.Labels("dense").Classes());
    }

    [Theory]
    [MemberData(nameof(LmEval))]
    public void An_answer_may_be_chosen_by_its_likelihood_per_character(string file)
    {
        var model = Models.GetValueOrDefault(Folder(file), Folder(file));
        if (!SampleFolder.Expected("multiple_choice").TryGetProperty($"{model}_by_acc_norm", out var expected))
            Assert.Skip($"There are no answers of {model} by acc_norm.");
        using var import = new Imports();
        using var predictions = import.With(SampleFolder.Path(file), new()
        {
            Format = ForeignFormat.LmEvalHarness,
            Cohort = "dense",
            PredictBy = PredictBy.PerCharacter,
        }).Read();

        Assert.Equal(expected.Ints(), predictions.Labels("dense").Classes());
    }

    [Theory]
    [InlineData("bf16", "int4", "flips_bf16_int4")]
    [InlineData("bf16", "bf16-again", "flips_bf16_again")]
    public void Flips_between_two_models_are_counted(string first, string second, string section)
    {
        var expected = SampleFolder.Expected("multiple_choice").GetProperty(section);
        using var import = new Imports { Cohorts = [first, second], Replication = ReplicationKind.None };
        foreach (var cohort in new[] { first, second })
            import.With(
                SampleFolder.Path(SampleFolder.Files($"lm-eval/{cohort}", "*toy_mc*.jsonl").FirstOrDefault("absent")),
                new() { Format = ForeignFormat.LmEvalHarness, Cohort = cohort });
        using var predictions = import.Read();

        Equal(
            expected,
            InOneBlock.Flips(
                new(predictions.Gold, [predictions.Labels(first)], [predictions.Labels(second)]),
                paired: false).Flips());
        Assert.Equal(predictions.Gold.Count * 2, predictions.Counts.MetricAgrees);
    }

    [Theory]
    [InlineData("strict-match")]
    [InlineData("flexible-extract")]
    public void Open_answers_are_judged_by_the_metric_of_a_filter(string filter)
    {
        var expected = SampleFolder.Expected("generation").GetProperty(filter);
        using var import = new Imports
        {
            Cohorts = ["bf16", "int4"],
            Task = ForeignTask.Correctness,
            Replication = ReplicationKind.None,
        };
        foreach (var cohort in import.Cohorts)
            import.With(
                SampleFolder.Path(SampleFolder.Files($"lm-eval/{cohort}", "*toy_gsm*").FirstOrDefault("absent")), new()
                {
                    Format = ForeignFormat.LmEvalHarness,
                    Cohort = cohort,
                    Filter = filter,
                    Metric = "exact_match",
                });
        using var predictions = import.Read();

        foreach (var cohort in import.Cohorts)
            Assert.Equal(
                Flags(expected.GetProperty($"right_{cohort}")),
                predictions.Labels(cohort).Classes().Select(c => predictions.Labels[c] == "right"));
        if (expected.TryGetProperty("answers_that_differ", out var differ))
            Assert.Equal(
                Flags(differ),
                predictions.AnswerTexts(predictions.Runs[0]).Zip(
                    predictions.AnswerTexts(predictions.Runs[1]), (one, other) => one != other));
    }

    /// <summary>Several filters of one document are not one answer.</summary>
    [Fact]
    public void A_file_with_several_filters_needs_a_choice()
    {
        using var import = new Imports { Task = ForeignTask.Correctness };
        import.With(
            SampleFolder.Path(SampleFolder.Files("lm-eval/bf16", "*toy_gsm*").FirstOrDefault("absent")),
            new() { Format = ForeignFormat.LmEvalHarness, Cohort = "dense" });

        Assert.Contains("choose one with 'filter'", Assert.Single(import.Errors()).Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// A further run of a model is that of the model evaluated again. Some tools name the choices by letters.
    /// </summary>
    private static void HasAnswers(string file, string model, ForeignFile definition, bool hasMetric = true)
    {
        var expected = SampleFolder.Expected("multiple_choice");
        using var import = new Imports { Replication = ReplicationKind.Evaluation };
        if (definition.Instances is { } part)
            import.WithCompanion(part, SampleFolder.Path(Path.Combine(Path.GetDirectoryName(file)!, $"{part}.json")));
        using var predictions = import.With(SampleFolder.Path(file), definition).Read();

        Assert.Equal(
            expected.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!),
            predictions.Labels.Select(label => label is [>= 'A' and <= 'Z'] ? $"{label[0] - 'A'}" : label));
        Assert.Equal(expected.Ints("gold"), predictions.Gold.Classes());
        string[] models = [Models.GetValueOrDefault(model, model), $"{model}-again"];
        Assert.All(predictions.Cohort("dense").Index(), run =>
            Assert.Equal(expected.Ints(models[run.Index]), run.Item.Classes()));
        Assert.Equal(expected.Int("examples"), predictions.Counts.Examples);
        Assert.Equal(
            hasMetric ? expected.Int("examples") * predictions.Runs.Count : 0, predictions.Counts.MetricAgrees);
        Assert.All(predictions.Examples(), example => Assert.False(string.IsNullOrEmpty(example.Text)));
    }

    private static void Equal(JsonElement expected, AnswerFlips flips)
    {
        var change = AccuracyChange.Of(flips, margin: 0.01);
        var otherWrong = expected.Int("wrong_to_other_wrong");
        Assert.Equal(
            new AnswerFlips(
                expected.Int("right_to_wrong"), expected.Int("wrong_to_right"), otherWrong, expected.Int("both_right"),
                expected.Int("same_wrong") + otherWrong),
            flips);
        GoldenCases.Close(expected.Number("flips"), flips.Flips);
        GoldenCases.Close(expected.Number("changes"), flips.Changes);
        GoldenCases.Close(expected.Number("direction"), flips.Direction);
        GoldenCases.Close(expected.Number("accuracy_change"), change.Change);
        GoldenCases.Close(expected.Number("low"), change.Low);
        GoldenCases.Close(expected.Number("high"), change.High);
        GoldenCases.CloseP(expected.Number("p"), change.P);
        GoldenCases.CloseP(expected.Number("p_worse"), change.PWorse);
    }

    private static string Folder(string file) => Path.GetFileName(Path.GetDirectoryName(file))!;

    private static IEnumerable<bool> Flags(JsonElement list) => list.EnumerateArray().Select(flag => flag.GetBoolean());
}
