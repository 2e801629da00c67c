using System.IO.Compression;
using System.Text;
using PieService.Domain.Foreign;
using PieService.Domain.Tests.Files;

namespace PieService.Domain.Tests.Foreign;

/// <summary>What the samples of evaluation tools do not have.</summary>
public class ToolImportTests
{
    private static readonly ForeignFile LmEval = new() { Format = ForeignFormat.LmEvalHarness, Cohort = "dense" };

    [Theory]
    [InlineData("[1, 2]")]
    [InlineData("7")]
    [InlineData("null")]
    public void A_sample_that_is_not_an_object_is_refused(string content)
    {
        using var import = new Imports();

        var errors = import.With([content], LmEval).Errors();

        Assert.Equal("must be a JSON object", errors[0].Message);
    }

    [Theory]
    [InlineData(PredictBy.Likelihood, 1)]
    [InlineData(PredictBy.PerCharacter, 2)]
    [InlineData(PredictBy.PerByte, 0)]
    public void A_choice_is_chosen_by_its_likelihood_or_that_of_a_part_of_it(PredictBy by, int expected)
    {
        // Characters: 5, 1, 4; bytes: 10, 1, 4.
        using var import = new Imports();
        using var predictions = import.With(
            [Question("0", "0", [-8, -2, -4], [" \u00e9\u00e9\u00e9\u00e9\u00e9", " a", " abcd"])],
            LmEval with { PredictBy = by }).Read();

        Assert.Equal([expected], predictions.Labels("dense").Classes());
        Assert.Equal([-8, -2, -4], predictions.Scores("dense"));
    }

    [Theory]
    [InlineData("1", 1)] // an index before a text
    [InlineData("blue", 2)]
    public void A_target_is_an_index_or_the_text_of_a_choice(string target, int expected)
    {
        using var import = new Imports();
        using var predictions = import.With(
            [Question("0", target, [-1, -2, -3], [" 1", " red", " blue"])], LmEval).Read();

        Assert.Equal([expected], predictions.Gold.Classes());
    }

    /// <summary>The target 1 is the index of red and the text of the first choice; the metric decides.</summary>
    [Fact]
    public void The_metric_decides_what_a_target_is_that_is_both()
    {
        using var import = new Imports();
        using var predictions = import.With(
            [Question("0", "1", [-1, -2, -3], [" 1", " red", " blue"], ", \"acc\": 1.0")], LmEval).Read();

        Assert.Equal([0], predictions.Gold.Classes());
    }

    /// <summary>The choices of winogrande are in the contexts.</summary>
    [Theory]
    [InlineData("1.0", 1)]
    [InlineData("0.0", 0)]
    public void Of_two_choices_with_the_same_text_the_metric_says_which_is_the_target(string metric, int gold)
    {
        using var import = new Imports();
        using var predictions = import.With(
            [Question("0", "it was small.", [-2, -1], [" it was small.", " it was small."], $", \"acc\": {metric}")],
            LmEval).Read();

        Assert.Equal([1], predictions.Labels("dense").Classes());
        Assert.Equal([gold], predictions.Gold.Classes());
    }

    [Theory]
    [InlineData(2, "")]
    [InlineData(3, ", \"acc\": 0.0")]
    public void Choices_with_the_same_text_are_refused_if_the_target_does_not_follow(int choices, string metric)
    {
        using var import = new Imports();
        import.With(
            [Question("0", "x", [.. Enumerable.Repeat(-1.0, choices)], [.. Enumerable.Repeat(" x", choices)], metric)],
            LmEval);

        Assert.Contains(
            "has the text of all choices", Assert.Single(import.Errors()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_that_is_no_choice_is_refused()
    {
        using var import = new Imports();
        import.With([Question("0", "green", [-1, -2], [" red", " blue"])], LmEval);

        Assert.Equal((1, "target"), Assert.Single(import.Errors()) is var error
            ? (error.Place.Line!.Value, error.Place.Column) : default);
    }

    /// <summary>The likelihoods of the choices alone follow.</summary>
    [Fact]
    public void Of_mutual_information_the_first_half_is_read()
    {
        using var import = new Imports();
        using var predictions = import.With(
            [Question("0", "0", [-2, -1, -0.1, -0.2], [" a", " b", " a", " b"], ", \"acc_mutual_info\": 1.0")],
            LmEval).Read();

        Assert.Equal(["0", "1"], predictions.Labels);
        Assert.Equal([-2, -1], predictions.Scores("dense"));
    }

    [Fact]
    public void A_document_may_have_the_likelihood_minus_infinity()
    {
        using var import = new Imports();
        using var predictions = import.With(
            ["""{"doc_id": 0, "target": 0, "filtered_resps": [["-inf", "False"], [-Infinity, false], ["-3", "True"]]}"""],
            LmEval).Read();

        Assert.Equal([2], predictions.Labels("dense").Classes());
        Assert.Equal([-65_504, -65_504, -3], predictions.Scores("dense"));
    }

    [Fact]
    public void The_text_may_be_a_part_of_the_document()
    {
        using var import = new Imports();
        using var predictions = import.With(
            [Question("0", "0", [-1, -2], [" a", " b"])], LmEval with { TextPath = "doc.question" }).Read();

        Assert.Equal("Which?", predictions.Examples().Single().Text);
    }

    [Theory]
    [InlineData("""{"target": 0, "filtered_resps": [["-1"]]}""", "has no property 'doc_id'")]
    [InlineData("""{"doc_id": 0, "target": 0, "filtered_resps": ["text"]}""", "set dataset.task to correctness")]
    [InlineData("""{"doc_id": 0, "target": 0, "filtered_resps": [["nan"], ["-1"]]}""", "not a finite number")]
    [InlineData("""{"doc_id": 0, "target": 0, "filtered_resps": 5}""", "must be a list with an answer")]
    [InlineData("""{"doc_id": 0, "target": 5, "filtered_resps": [["-1"], ["-2"]]}""", "neither the index nor the text")]
    public void A_document_that_is_not_a_question_is_refused(string line, string message)
    {
        using var import = new Imports();
        import.With([line], LmEval);

        Assert.Contains(message, Assert.Single(import.Errors()).Message, StringComparison.Ordinal);
    }

    /// <summary>As the task IFEval has it.</summary>
    [Fact]
    public void A_metric_may_be_a_truth_value()
    {
        using var import = new Imports { Task = ForeignTask.Correctness };
        using var predictions = import.With(
            [
                """{"doc_id": 0, "filtered_resps": ["x"], "prompt_level_strict_acc": true}""",
                """{"doc_id": 1, "filtered_resps": ["y"], "prompt_level_strict_acc": false}""",
            ],
            LmEval with { Metric = "prompt_level_strict_acc" }).Read();

        Assert.Equal(
            ["right", "wrong"], predictions.Labels("dense").Classes().Select(label => predictions.Labels[label]));
    }

    [Fact]
    public void A_filter_that_the_file_does_not_have_is_refused()
    {
        using var import = new Imports();
        import.With([Question("0", "0", [-1, -2], [" a", " b"])], LmEval with { Filter = "strict-match" });

        Assert.Contains("it has 'none'", Assert.Single(import.Errors()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_of_Every_Eval_Ever_that_is_no_choice_is_no_answer()
    {
        using var import = new Imports();
        using var predictions = import.With(
            [Instance("a", isRight: true), Instance(null, isRight: false), Instance("I do not know", isRight: false)],
            new() { Format = ForeignFormat.EveryEvalEver, Cohort = "dense" }).Read();

        Assert.Equal(["0", "1", "(none)"], predictions.Labels);
        Assert.Equal([0, 2, 2], predictions.Labels("dense").Classes());
        Assert.Equal(2, predictions.Counts.NoAnswer);
    }

    [Fact]
    public void An_answer_of_Every_Eval_Ever_must_agree_with_its_evaluation()
    {
        using var import = new Imports();
        import.With(
            [Instance("a", isRight: true), Instance("b", isRight: true)],
            new() { Format = ForeignFormat.EveryEvalEver, Cohort = "dense" });

        Assert.Equal(2, Assert.Single(import.Errors()).Place.Line);
    }

    [Theory]
    [InlineData("\"C\"", "right")]
    [InlineData("\"P\"", "wrong")]
    [InlineData("0.7", "wrong")]
    [InlineData("true", "right")]
    public void A_score_of_Inspect_judges_an_open_answer(string value, string expected)
    {
        using var import = new Imports { Task = ForeignTask.Correctness };
        using var predictions = import.With(
            ["{\"samples\": [" + Sample("q", 1, $$"""{"match": {"value": {{value}}, "answer": "x"} }""") + "]}"],
            new() { Format = ForeignFormat.Inspect, Cohort = "dense" }).Read();

        Assert.Equal(expected, predictions.Labels[predictions.Labels("dense", 1).ClassAt(0)]);
        Assert.Equal(["x"], predictions.AnswerTexts(predictions.Runs[0]));
    }

    /// <summary>Python writes NaN for a score that is missing, such as that of an unscored sample of Inspect.</summary>
    [Theory]
    [InlineData(
        ForeignFormat.Inspect,
        """{"samples": [{"id": 1, "scores": {"m": {"value": NaN}}}, {"id": 2, "scores": {"m": {"value": Infinity}}}]}""")]
    [InlineData(
        ForeignFormat.Helm,
        """
        [{"instance_id": 1, "stats": [{"name": {"name": "m"}, "mean": NaN}]},
        {"instance_id": 2, "stats": {"m": -Infinity}}]
        """)]
    [InlineData(
        ForeignFormat.LmEvalHarness,
        """
        {"doc_id": 1, "filtered_resps": ["x"], "m": NaN}
        {"doc_id": 2, "filtered_resps": ["x"], "m": "nan"}
        """)]
    public void A_score_that_is_not_finite_does_not_count_as_wrong(ForeignFormat format, string content)
    {
        using var import = new Imports { Task = ForeignTask.Correctness };
        import.With([content], new() { Format = format, Cohort = "dense", Metric = "m" });

        var errors = import.Errors();

        Assert.Equal(2, errors.Count);
        Assert.All(errors, error => Assert.Contains("finite number", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_prediction_of_OpenCompass_may_be_missing_as_NaN()
    {
        using var import = new Imports();
        using var predictions = import.With(
            ["""{"0": {"prediction": "A", "gold": "B"}, "1": {"prediction": NaN, "gold": "A"}}"""],
            new() { Format = ForeignFormat.OpenCompass, Cohort = "dense" }).Read();

        Assert.Equal(["A", "B", "(none)"], predictions.Labels);
        Assert.Equal([0, 2], predictions.Labels("dense").Classes());
    }

    [Fact]
    public void A_sample_with_several_scores_needs_a_choice()
    {
        using var import = new Imports { Task = ForeignTask.Correctness };
        import.With(
            ["{\"samples\": [" + Sample("q", 1, """{"a": {"value": "C"}, "b": {"value": "I"}}""") + "]}"],
            new() { Format = ForeignFormat.Inspect, Cohort = "dense" });

        Assert.Contains("name one with 'metric'", Assert.Single(import.Errors()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_of_Inspect_may_be_an_archive_of_samples()
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
            foreach (var (name, content) in new[]
            {
                ("header.json", "{}"),
                ("samples/q_epoch_1.json", Sample("q", 1, """{"match": {"value": "C"}}""")),
                ("samples/q_epoch_2.json", Sample("q", 2, """{"match": {"value": "I"}}""")),
            })
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(content));
            }
        using var import = new Imports { Task = ForeignTask.Correctness };
        using var predictions = import.With(
            bytes.ToArray(), new() { Format = ForeignFormat.Inspect, Cohort = "dense" }).Read();

        Assert.Equal([0, 1], predictions.Cohort("dense").Select(run => run.ClassAt(0)));
    }

    [Fact]
    public void An_error_in_an_archive_of_samples_names_the_sample()
    {
        using var import = new Imports { Task = ForeignTask.Correctness };
        import.With(
            PackedFiles.Zip([.. new[] { "a", "b" }.Select(name => (
                $"samples/{name}.json",
                Encoding.UTF8.GetBytes(Sample("q", 1, """{"match": {"value": "C"}}"""))))]),
            new() { Format = ForeignFormat.Inspect, Cohort = "dense" });

        var error = Assert.Single(import.Errors());

        Assert.Equal("part0/samples/b.json", error.File);
        Assert.Contains("occurs twice", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_of_Inspect_as_JSON_may_be_in_a_zip_archive()
    {
        using var import = new Imports { Task = ForeignTask.Correctness };
        using var predictions = import.With(
            PackedFiles.Zip(("log.json", Encoding.UTF8.GetBytes(
                "{\"samples\": [" + Sample("q", 1, """{"match": {"value": "C"}}""") + "]}"))),
            new() { Format = ForeignFormat.Inspect, Cohort = "dense" }).Read();

        Assert.Equal(1, predictions.Counts.Examples);
    }

    /// <summary>MMLU has 14,042 questions; their names take about 100 bytes of the directory each.</summary>
    [Fact]
    public void A_log_of_Inspect_may_have_as_many_samples_as_MMLU()
    {
        using var import = new Imports { Task = ForeignTask.Correctness };
        using var predictions = import.With(
            PackedFiles.Zip([.. Enumerable.Range(0, 14_042).Select(i => (
                $"samples/high_school_european_history_{i}_epoch_1.json",
                Encoding.UTF8.GetBytes(Sample($"{i}", 1, """{"match": {"value": "C"}}"""))))]),
            new() { Format = ForeignFormat.Inspect, Cohort = "dense" }).Read();

        Assert.Equal(14_042, predictions.Counts.Examples);
    }

    [Fact]
    public void The_lines_of_OpenCompass_are_read_too()
    {
        using var import = new Imports();
        using var predictions = import.With(
            ["""{"idx": 0, "prediction": "A", "gold": "A"}""", """{"idx": 1, "prediction": "", "gold": "B"}"""],
            new() { Format = ForeignFormat.OpenCompass, Cohort = "dense" }).Read();

        Assert.Equal(["A", "B", "(none)"], predictions.Labels);
        Assert.Equal([0, 2], predictions.Labels("dense").Classes());
    }

    [Fact]
    public void Perturbed_instances_of_HELM_are_skipped_and_trials_are_runs()
    {
        using var import = new Imports { Task = ForeignTask.Correctness };
        using var predictions = import.With(
            [
                """[{"instance_id": "i", "train_trial_index": 0, "stats": {"em": 1.0}},""",
                """{"instance_id": "i", "train_trial_index": 0, "perturbation": {}, "stats": {"em": 0.0}},""",
                """{"instance_id": "i", "train_trial_index": 1, "stats": {"em": 0.0}}]""",
            ],
            new() { Format = ForeignFormat.Helm, Cohort = "dense", Metric = "em" }).Read();

        Assert.Equal([0, 1], predictions.Runs.Select(run => run.Seed));
        Assert.Equal([0, 1], predictions.Cohort("dense").Select(run => run.ClassAt(0)));
    }

    [Fact]
    public void A_match_of_OpenAI_evals_must_agree_with_its_answer()
    {
        using var import = new Imports();
        import.With(
            [
                """{"type": "match", "sample_id": "a", "data": {"correct": true, "expected": "A", "picked": "A"}}""",
                """{"type": "match", "sample_id": "b", "data": {"correct": true, "expected": "B", "picked": "A"}}""",
                """{"type": "match", "sample_id": "c", "data": {"correct": 1, "expected": "B", "picked": "A"}}""",
            ],
            new() { Format = ForeignFormat.OpenAiEvals, Cohort = "dense" });

        Assert.Equal([2, 3], import.Errors().Select(error => error.Place.Line!.Value));
    }

    private static string Question(
        string id, string target, double[] likelihoods, string[] choices, string metrics = "") => Json.Write(new
        {
            doc_id = int.Parse(id, System.Globalization.CultureInfo.InvariantCulture),
            doc = new { question = "Which?" },
            target,
            arguments = choices.Select(choice => new[] { "Which?\nAnswer:", choice }),
            filtered_resps = likelihoods.Select(value => new object[] { value, false }),
        })[..^1] + metrics + "}";

    /// <summary>The reference is a; each answer has a sample of its own.</summary>
    private static string Instance(string? answer, bool isRight) => Json.Write(new
    {
        sample_id = $"{answer ?? "none"}",
        input = new { raw = "Which?", reference = new[] { "a" }, choices = new[] { "a", "b" } },
        answer_attribution = new[] { new { is_terminal = true, extracted_value = answer } },
        evaluation = new { is_correct = isRight },
    });

    private static string Sample(string id, int epoch, string scores) =>
        $$"""{"id": "{{id}}", "epoch": {{epoch}}, "input": "Which?", "target": "x", "scores": {{scores}}}""";
}
