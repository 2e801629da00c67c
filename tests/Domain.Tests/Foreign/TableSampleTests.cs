using PieService.Domain.Foreign;
using PieService.Domain.Pies;
using PieService.Domain.Statistics;
using PieService.Golden;

namespace PieService.Domain.Tests.Foreign;

/// <summary>The samples of tables and arrays, which all have the same answers of two cohorts.</summary>
public class TableSampleTests
{
    private const string Dense = "dense", Pruned = "pruned-90";

    private static readonly ForeignColumns LongColumns = new()
    {
        Cohort = "cohort",
        Seed = "seed",
        Example = "example",
        Label = "gold",
        Predicted = "predicted",
        ScoresPrefix = "prob_",
    };

    private static readonly Dictionary<string, ForeignFile> Tables = new()
    {
        ["long.csv"] = new() { Format = ForeignFormat.Csv, Columns = LongColumns, ScoreKind = ScoreKind.Probabilities },
        ["long.parquet"] =
            new() { Format = ForeignFormat.Parquet, Columns = LongColumns, ScoreKind = ScoreKind.Probabilities },
        ["long.jsonl"] = new()
        {
            Format = ForeignFormat.Jsonl,
            ScoreKind = ScoreKind.Logits,
            Columns = new()
            {
                Cohort = "cohort",
                Seed = "seed",
                Position = "position",
                Label = "label",
                Scores = "logits",
            },
        },
        ["wide.csv"] = new()
        {
            Format = ForeignFormat.Csv,
            Columns = new()
            {
                Example = "id",
                Text = "text",
                Label = "label",
                Runs = Enumerable.Range(0, 7).ToDictionary(
                    run => run < 3 ? $"dense_{run}" : $"pruned_{run - 3}",
                    run => new ForeignRunColumn { Cohort = run < 3 ? Dense : Pruned, Seed = run < 3 ? run : run - 3 }),
            },
        },
    };

    /// <summary>One run, which is also in the long tables.</summary>
    private static readonly Dictionary<string, (string Cohort, ForeignFile File)> Runs = new()
    {
        ["wandb.table.json"] = (Pruned, new()
        {
            Format = ForeignFormat.WandbTable,
            ScoreKind = ScoreKind.Probabilities,
            Columns = new() { Example = "id", Label = "label", Predicted = "predicted", ScoresPrefix = "p_" },
        }),
        ["pipeline-top-k.jsonl"] = (Dense, new()
        {
            Format = ForeignFormat.Jsonl,
            ScoreKind = ScoreKind.Probabilities,
            Columns = new(),
        }),
        ["predict_results.txt"] = (Dense, new()
        {
            Format = ForeignFormat.Tsv,
            Columns = new() { Position = "index", Predicted = "prediction" },
        }),
    };

    public static TheoryData<string> TableNames() => [.. Tables.Keys];

    public static TheoryData<string> RunNames() => [.. Runs.Keys];

    [Theory]
    [MemberData(nameof(TableNames))]
    public void A_table_has_the_votes_and_PIEs_of_its_cohorts(string name)
    {
        using var import = new Imports { Cohorts = [Dense, Pruned] };
        using var predictions = import.With(SampleFolder.Path($"tables/{name}"), Tables[name]).Read();

        HasVotesAndPies(predictions, SampleFolder.Expected("tables").GetProperty("labels").EnumerateArray()
            .Select(label => label.GetString()!));
    }

    [Theory]
    [InlineData("dense-logits-f4.npy", "pruned-logits-f2.npy", ScoreKind.Logits)]
    [InlineData("dense-logits-f4.npy", "pruned-logits-f8-big-endian-fortran.npy", ScoreKind.Logits)]
    [InlineData("dense-labels-i8.npy", "pruned-labels-u1.npy", null)]
    public void Arrays_have_the_votes_and_PIEs_of_their_cohorts(string dense, string pruned, ScoreKind? kind)
    {
        using var import = new Imports { Cohorts = [Dense, Pruned], Labels = ["neg", "neu", "pos"] };
        using var predictions = import
            .With(SampleFolder.Path($"arrays/{dense}"), Npy(Dense, kind))
            .With(SampleFolder.Path($"arrays/{pruned}"), Npy(Pruned, kind))
            .With(SampleFolder.Path("arrays/gold-i4.npy"), Npy(null, null)).Read();

        HasVotesAndPies(predictions, import.Labels);
    }

    [Theory]
    [InlineData("both.npz")]
    [InlineData("both-compressed.npz")]
    public void The_arrays_of_one_file_have_the_votes_and_PIEs_of_their_cohorts(string name)
    {
        using var import = new Imports { Cohorts = [Dense, Pruned] };
        using var predictions = import.With(SampleFolder.Path($"arrays/{name}"), new()
        {
            Format = ForeignFormat.Npz,
            ScoreKind = ScoreKind.Logits,
            Arrays = new Dictionary<string, string?> { ["dense"] = Dense, ["pruned"] = Pruned, ["gold"] = null },
        }).Read();

        HasVotesAndPies(predictions, ["0", "1", "2"]);
    }

    [Fact]
    public void An_array_without_a_dimension_of_runs_is_one_run()
    {
        using var one = new Imports();
        using var all = new Imports();
        using var run = one.With(SampleFolder.Path("arrays/one-run-2d.npy"), Npy("dense", ScoreKind.Logits))
            .With(SampleFolder.Path("arrays/gold-i4.npy"), Npy(null, null)).Read();
        using var runs = all.With(SampleFolder.Path("arrays/pruned-logits-f2.npy"), Npy("dense", ScoreKind.Logits))
            .With(SampleFolder.Path("arrays/gold-i4.npy"), Npy(null, null)).Read();

        Assert.Contains(run.Labels("dense").Classes(), runs.Cohort("dense").Select(ReadAnswers.Classes));
    }

    /// <summary>Gold labels come from the dataset, since not all of these files have them.</summary>
    [Theory]
    [MemberData(nameof(RunNames))]
    public void A_table_of_one_run_has_its_answers(string name)
    {
        var (cohort, file) = Runs[name];
        using var tables = new Imports { Cohorts = [Dense, Pruned] };
        using var expected = tables.With(SampleFolder.Path("tables/long.csv"), Tables["long.csv"]).Read();
        using var import = new Imports
        {
            Cohorts = [cohort],
            Dataset = new(
                ForeignTask.SingleLabel, expected.Labels,
                file.Columns!.Example is null ? ExampleMatch.Position : ExampleMatch.SourceId,
                [.. expected.Examples().Select(example => new MatchedExample(example.SourceId, "", example.Gold))]),
        };
        using var predictions = import.With(
            SampleFolder.Path($"tables/{name}"), file with { Cohort = cohort }).Read();

        Assert.Equal(expected.Labels(cohort).Classes(), predictions.Labels(cohort).Classes());
    }

    [Fact]
    public void The_table_of_lm_evaluation_harness_in_Weights_and_Biases_has_its_answers()
    {
        var expected = SampleFolder.Expected("multiple_choice");
        using var import = new Imports();
        using var predictions = import.With(SampleFolder.Path("tables/wandb-lm-eval.table.json"), new()
        {
            Format = ForeignFormat.WandbTable,
            Cohort = "dense",
            Columns = new() { Example = "id", Text = "data", Label = "labels", Predicted = "filtered_predictions" },
        }).Read();

        Assert.Equal(expected.Ints("gold"), predictions.Gold.Classes());
        Assert.Equal(expected.Ints("int4"), predictions.Labels("dense").Classes());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_majorities_of_several_labels_differ_where_they_should(bool byScores)
    {
        var expected = SampleFolder.Expected("several_labels");
        using var import = new Imports { Cohorts = [Dense, "pruned"], Task = ForeignTask.MultiLabel };
        using var predictions = import.With(SampleFolder.Path("tables/multi-label.jsonl"), new()
        {
            Format = ForeignFormat.Jsonl,
            ScoreKind = ScoreKind.Probabilities,
            Columns = new()
            {
                Cohort = "cohort",
                Seed = "seed",
                Example = "id",
                Label = "labels",
                Scores = "probabilities",
                Predicted = byScores ? null : "predicted",
            },
        }).Read();

        var labelled = PieLabeling.Label(predictions.Gold, predictions.Cohort(Dense), predictions.Cohort("pruned"));
        Assert.Equal(
            expected.GetProperty("majority_differs").EnumerateArray()
                .Select(row => row.EnumerateArray().Select(flag => flag.GetBoolean())),
            labelled.Select(example => Enumerable.Range(0, predictions.Labels.Count).Select(c =>
                new LabelVotes(example.DenseVotes, predictions.Cohort(Dense).Count).IsPredicted(c)
                != new LabelVotes(example.PrunedVotes, predictions.Cohort("pruned").Count).IsPredicted(c))));
    }

    private static ForeignFile Npy(string? cohort, ScoreKind? kind) =>
        new() { Format = ForeignFormat.Npy, Cohort = cohort, ScoreKind = kind };

    private static void HasVotesAndPies(ForeignPredictions predictions, IEnumerable<string> labels)
    {
        var expected = SampleFolder.Expected("tables");
        List<LabelledExample> labelled = [.. PieLabeling.Label(
            predictions.Gold, predictions.Cohort(Dense), predictions.Cohort(Pruned))];
        var test = new ExactTest();

        Assert.Equal(labels, predictions.Labels);
        Assert.Equal(
            expected.GetProperty("gold").EnumerateArray().Select(label =>
                expected.GetProperty("labels").EnumerateArray().Select(name => name.GetString()).ToList()
                    .IndexOf(label.GetString())),
            predictions.Gold.Classes());
        Assert.Equal(expected.Rows("dense_votes"), labelled.Select(example => example.DenseVotes));
        Assert.Equal(expected.Rows("pruned_votes"), labelled.Select(example => example.PrunedVotes));
        Assert.Equal(
            expected.Ints("pies"), labelled.Where(example => example.IsPie).Select(example => example.Position));
        GoldenCases.CloseP(
            expected.Numbers("p"), labelled.Select(example => test.Of(example.DenseVotes, example.PrunedVotes).P));
    }
}
