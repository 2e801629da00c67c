using PieService.Domain.Datasets;
using PieService.Domain.Foreign;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Tests.Foreign;

/// <summary>The conditions for predictions of the examples of an existing dataset.</summary>
public class MatchedDatasetTests
{
    private static readonly ForeignFile Long = new()
    {
        Format = ForeignFormat.Csv,
        Columns = new() { Cohort = "cohort", Seed = "seed", Example = "id", Predicted = "answer" },
    };

    [Fact]
    public void Every_example_must_be_answered_also_with_intersect()
    {
        using var import = Of(MissingRule.Intersect);
        import.With(["cohort,seed,id,answer", "dense,0,a,yes"], Long);

        var message = Assert.Single(import.Errors()).Message;

        Assert.StartsWith("example b is missing", message, StringComparison.Ordinal);
        Assert.EndsWith("dataset.fromFiles", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_without_a_label_is_an_error_with_its_line_if_the_dataset_has_no_label_for_it()
    {
        using var import = Of();
        import.With(["cohort,seed,id,answer", "dense,0,a,", "dense,0,b,no"], Long);

        var error = Assert.Single(import.Errors());

        Assert.Equal(2, error.Place.Line);
        Assert.Contains("(none) is not a label of the dataset", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_label_for_no_answer_of_an_imported_dataset_stays_the_last_one()
    {
        using var import = Of(labels: ["no", "yes", ForeignImport.NoAnswerLabel]);
        using var predictions = import.With(["cohort,seed,id,answer", "dense,0,a,", "dense,0,b,no"], Long).Read();

        Assert.Equal(["no", "yes", "(none)"], predictions.Labels);
        Assert.Equal([2, 0], predictions.Labels("dense").Classes());
    }

    [Fact]
    public void A_run_that_the_sweep_has_is_an_error_with_its_line()
    {
        using var import = Of(seeds: [1]);
        import.With(["cohort,seed,id,answer", "dense,0,a,no", "dense,0,b,no", "dense,1,a,no"], Long);

        var error = Assert.Single(import.Errors());

        Assert.Equal((4, "has answers of cohort dense, seed 1, which the sweep has already"),
            (error.Place.Line, error.Message));
    }

    [Theory]
    [InlineData(SeedPairing.None, 0)]
    [InlineData(SeedPairing.Seed, 1)]
    [InlineData(SeedPairing.Model, 1)]
    public void Paired_cohorts_need_a_common_seed(SeedPairing pairing, int errors)
    {
        using var import = new Imports { Cohorts = ["dense", "int4"], Pairing = pairing };
        var reading = import.With(
            ["cohort,seed,id,gold,answer", "dense,0,a,no,yes", "int4,1,a,no,no"],
            Long with { Columns = Long.Columns! with { Label = "gold" } }).Reading();
        using var predictions = reading.Predictions;

        Assert.Equal(errors, reading.Errors.Count(error => error.Place.Column == "cohorts[1].pairing"));
    }

    [Theory]
    [InlineData(new[] { "right", "wrong" }, new[] { 5, 0 }, ForeignTask.Correctness)]
    [InlineData(new[] { "right", "wrong" }, new[] { 4, 1 }, ForeignTask.SingleLabel)]
    [InlineData(new[] { "wrong", "right" }, new[] { 0, 5 }, ForeignTask.SingleLabel)]
    public void The_task_of_open_answers_is_found_again_in_its_dataset(
        string[] labels, int[] perLabel, ForeignTask expected)
    {
        var dataset = new Dataset
        {
            Name = "x",
            Task = LearningTask.SingleLabel,
            Labels = labels,
            ContentHash = "",
            Quality = new(0, 0, 0, 0, 0),
            Splits = [new(Split.Test, 5, perLabel, new(1, 1, 1, 1), [])],
        };

        Assert.Equal(expected, ForeignTasks.Of(dataset, Split.Test));
    }

    private static Imports Of(
        MissingRule onMissing = MissingRule.Error, string[]? labels = null, params int[] seeds) => new()
        {
            OnMissing = onMissing,
            Dataset = new(
                ForeignTask.SingleLabel, labels ?? ["no", "yes"], ExampleMatch.SourceId,
                [new("a", "first", ["yes"]), new("b", "second", ["yes"])])
            {
                Seeds = new Dictionary<string, IReadOnlySet<int>> { ["dense"] = seeds.ToHashSet() },
            },
        };
}
