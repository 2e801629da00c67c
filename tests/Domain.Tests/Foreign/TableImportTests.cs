using PieService.Domain.Datasets;
using PieService.Domain.Foreign;
using PieService.Domain.Sweeps;
using PieService.Domain.Tests.Files;

namespace PieService.Domain.Tests.Foreign;

public class TableImportTests
{
    private const int Runs = 3, Examples = 30;

    private static readonly string[] Names = ["no", "perhaps", "yes"];

    private static readonly ForeignFile Clustered = new()
    {
        Format = ForeignFormat.Csv,
        Cohort = "dense",
        Columns = new() { Label = "gold", Predicted = "answer", Cluster = "cluster" },
    };

    private static readonly ForeignFile Long = new()
    {
        Format = ForeignFormat.Csv,
        Cohort = "dense",
        Columns = new() { Example = "id", Label = "gold", Predicted = "answer", Seed = "seed" },
    };

    /// <summary>pandas writes a missing value as an empty cell or as NaN.</summary>
    [Theory]
    [InlineData(ForeignFormat.Csv, "cluster,gold,answer", "a,yes,no", ",yes,no", ",no,no")]
    [InlineData(
        ForeignFormat.Jsonl, """{"cluster": "a", "gold": "yes", "answer": "no"}""",
        """{"cluster": NaN, "gold": "yes", "answer": "no"}""", """{"cluster": NaN, "gold": "no", "answer": "no"}""")]
    public void An_example_without_a_cluster_is_not_in_a_group(ForeignFormat format, params string[] rows)
    {
        using var import = new Imports();
        using var predictions = import.With(rows, Clustered with { Format = format }).Read();

        Assert.Equal(["a", null, null], predictions.Examples().Select(example => example.Cluster));
    }

    [Fact]
    public void A_cluster_with_a_long_name_is_refused()
    {
        using var import = new Imports();
        import.With(["cluster,gold,answer", "a,yes,no", $"{new string('b', 201)},yes,no"], Clustered);

        var error = Assert.Single(import.Errors());

        Assert.Equal(3, error.Place.Line);
        Assert.Contains("a name of more than 200 characters", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", "1", "1", "true")]
    [InlineData("false", "0.0", "0", "false")]
    [InlineData("\"True\"", "true", "true", "True")]
    [InlineData("false", "\"FALSE\"", "FALSE", "false")]
    public void A_truth_value_that_is_written_in_two_ways_is_refused(
        string gold, string answer, string label, string earlier)
    {
        using var import = new Imports();
        import.With([$$"""{"gold": {{gold}}, "answer": {{answer}}}"""], Clustered with
        {
            Format = ForeignFormat.Jsonl,
            Columns = new() { Label = "gold", Predicted = "answer" },
        });

        Assert.StartsWith(
            $"the label '{label}' and the label '{earlier}' look the same", Assert.Single(import.Errors()).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id")]
    [InlineData("text")]
    [InlineData("cluster")]
    public void A_NUL_character_is_refused_with_its_place(string column)
    {
        using var import = new Imports();
        import.With(
            [
                """{"id": "a", "text": "a", "cluster": "a", "gold": "yes", "answer": "no"}""",
                """{"id": "b", "text": "a", "cluster": "a", "gold": "no", "answer": "no"}""".Replace(
                    $"\"{column}\": \"", $"\"{column}\": \"\\u0000", StringComparison.Ordinal),
            ],
            Clustered with
            {
                Format = ForeignFormat.Jsonl,
                Columns = new()
                {
                    Example = "id",
                    Text = "text",
                    Cluster = "cluster",
                    Label = "gold",
                    Predicted = "answer",
                },
            });

        var error = Assert.Single(import.Errors());

        Assert.Equal(2, error.Place.Line);
        Assert.Contains("a NUL character", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Arrow writes such a column for values that are all null, and for lists that are all empty.</summary>
    [Fact]
    public void A_Parquet_column_without_any_value_has_no_answers()
    {
        using var import = new Imports();
        using var predictions = import.With(
            HandmadeParquet.File([HandmadeParquet.Nulls(2)], ["a", "b"], isUnknown: true),
            new()
            {
                Format = ForeignFormat.Parquet,
                Cohort = "dense",
                Columns = new() { Label = "label", Predicted = "text" },
            }).Read();

        Assert.Equal(["a", "b", "(none)"], predictions.Labels);
        Assert.Equal(2, predictions.Counts.NoAnswer);
    }

    [Theory]
    [InlineData("id", "has no id")]
    [InlineData("text", "has no text")]
    public void An_id_and_a_text_cannot_be_NaN(string column, string message)
    {
        using var import = new Imports();
        import.With(
            ["""{"id": 1, "text": "a", "gold": "yes", "answer": "no"}""".Replace(
                column == "id" ? "1" : "\"a\"", "NaN", StringComparison.Ordinal)],
            new()
            {
                Format = ForeignFormat.Jsonl,
                Cohort = "dense",
                Columns = new() { Example = "id", Text = "text", Label = "gold", Predicted = "answer" },
            });

        Assert.Equal((column, message), Assert.Single(import.Errors()) is var error
            ? (error.Place.Column, error.Message) : default);
    }

    /// <summary>The same answers in long rows in any order, in a column for each run, and in an npz file.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Long_rows_wide_rows_and_arrays_are_the_same(int seed)
    {
        var random = new Random(seed);
        int[][] answers = [.. Enumerable.Range(0, Runs + 1).Select(_ =>
            Enumerable.Range(0, Examples).Select(_ => random.Next(Names.Length)).ToArray())];
        var gold = answers[Runs];
        string[] rows = [.. from run in Enumerable.Range(0, Runs)
                            from i in Enumerable.Range(0, Examples)
                            select $"{run},{i},{Names[gold[i]]},{Names[answers[run][i]]}"];
        random.Shuffle(rows);

        using var longRows = new Imports { Labels = Names };
        using var ofLong = longRows.With(["seed,id,gold,answer", .. rows], Long).Read();
        using var wideRows = new Imports { Labels = Names };
        using var ofWide = wideRows.With(
            [
                "id,gold,a,b,c",
                .. Enumerable.Range(0, Examples).Select(i =>
                    $"{i},{Names[gold[i]]},{string.Join(',', answers.Take(Runs).Select(run => Names[run[i]]))}"),
            ],
            new()
            {
                Format = ForeignFormat.Csv,
                Columns = new()
                {
                    Example = "id",
                    Label = "gold",
                    Runs = new Dictionary<string, ForeignRunColumn>
                    {
                        ["a"] = new() { Cohort = "dense" },
                        ["b"] = new() { Cohort = "dense", Seed = 1 },
                        ["c"] = new() { Cohort = "dense", Seed = 2 },
                    },
                },
            }).Read();
        using var arrays = new Imports { Labels = Names };
        using var ofArrays = arrays.With(
            NpyFile.Zip(
                ("gold", NpyFile.Of("<u2", [Examples], [.. gold.Select(c => (double)c)])),
                ("dense", NpyFile.Of(
                    ">i4", [Runs, Examples], [.. answers.Take(Runs).SelectMany(run => run.Select(c => (double)c))],
                    isFortran: true))),
            new()
            {
                Format = ForeignFormat.Npz,
                Arrays = new Dictionary<string, string?> { ["dense"] = "dense", ["gold"] = null },
            }).Read();

        foreach (var predictions in new[] { ofLong, ofWide, ofArrays })
        {
            Assert.Equal(Names, predictions.Labels);
            Assert.Equal(gold, predictions.Gold.Classes());
            Assert.Equal(answers.Take(Runs), predictions.Cohort("dense").Select(ReadAnswers.Classes));
        }
    }

    [Fact]
    public void Probabilities_are_stored_as_their_logarithms()
    {
        using var import = new Imports();
        using var predictions = import.With(
            ["id,gold,p_a,p_b", "x,a,0.25,0.7501", "y,b,1,0"],
            new()
            {
                Format = ForeignFormat.Csv,
                Cohort = "dense",
                ScoreKind = ScoreKind.Probabilities,
                Columns = new() { Example = "id", Label = "gold", ScoresPrefix = "p_" },
            }).Read();

        Assert.Equal([1, 0], predictions.Labels("dense").Classes());
        var scores = predictions.Scores("dense");
        Assert.Equal((float)(Half)Math.Log(0.25), scores[0]);
        Assert.Equal((float)(Half)Math.Log(0.7501), scores[1]);
        Assert.Equal([0, -65_504], scores[2..]);
    }

    [Theory]
    [InlineData(ScoreKind.Probabilities, "[0.5, 0.498]", "sum to 0.998")]
    [InlineData(ScoreKind.Probabilities, "[1.5, -0.5]", "not a probability")]
    [InlineData(ScoreKind.Logits, "[NaN, 1]", "not a finite number")]
    [InlineData(ScoreKind.Logits, "[-Infinity, 1]", "not a finite number")]
    [InlineData(ScoreKind.LogLikelihoods, "[Infinity, 1]", "not a finite number")]
    [InlineData(ScoreKind.LogLikelihoods, "[\"x\", 1]", "'x', which is not a number")]
    [InlineData(ScoreKind.Logits, "NaN", "not a finite number")]
    [InlineData(ScoreKind.Logits, "\"[1 2\"", "")]
    [InlineData(ScoreKind.Logits, "[1, 2, 3]", "has 3 scores, and there are 2 labels")]
    public void Scores_that_are_not_valid_are_refused_with_the_line(ScoreKind kind, string scores, string message)
    {
        using var import = new Imports { Labels = ["a", "b"] };
        import.With(
            [
                """{"id": "x", "gold": "a", "scores": [0.5, 0.5]}""",
                $$"""{"id": "y", "gold": "b", "scores": {{scores}}}""",
            ],
            JsonScores(kind));

        var error = Assert.Single(import.Errors());
        Assert.Equal(2, error.Place.Line);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_answer_of_a_run_to_an_example_is_refused_with_what_to_do()
    {
        using var import = new Imports { Labels = ["a", "b"] };
        const string row = """{"id": "x", "gold": "a", "scores": [0.5, 0.5]}""";
        import.With([row, row], JsonScores(ScoreKind.Logits));

        var error = Assert.Single(import.Errors());

        Assert.Equal(2, error.Place.Line);
        Assert.StartsWith("id x occurs twice in ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            ": keep one of its answers, or give the others another seed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Minus_infinity_is_a_log_likelihood()
    {
        using var import = new Imports { Labels = ["a", "b"] };
        using var predictions = import.With(
            ["""{"id": "x", "gold": "a", "scores": [-Infinity, "-1.5"]}"""],
            JsonScores(ScoreKind.LogLikelihoods)).Read();

        Assert.Equal([-65_504, -1.5f], predictions.Scores("dense"));
        Assert.Equal([1], predictions.Labels("dense").Classes());
    }

    [Fact]
    public void Lists_of_labels_with_scores_may_leave_labels_out()
    {
        using var import = new Imports { Labels = ["a", "b", "c"] };
        using var predictions = import.With(
            ["""{"id": "x", "gold": "a", "scores": [{"label": "c", "score": 0.6}, {"label": "a", "score": 0.3}]}"""],
            JsonScores(ScoreKind.Probabilities)).Read();

        Assert.Equal([2], predictions.Labels("dense").Classes());
        Assert.Equal(-65_504, predictions.Scores("dense")[1]);
    }

    [Fact]
    public void All_errors_of_all_files_are_reported_at_once()
    {
        using var import = new Imports { Labels = ["a", "b"] };
        import.With(["seed,id,gold,answer", "0,x,a,a", "0,y,c,a", "0,x,a,b", "z,z,a,b"], Long)
            .With(["seed,id,gold,answer", "1,x,b,a", "0,y,a,a", "1,y,a"], Long);

        var errors = import.Errors();

        Assert.Equal(
            [("part0", 3), ("part0", 4), ("part0", 5), ("part1", 2), ("part1", 3), ("part1", 4)],
            errors.Select(error => (error.File, error.Place.Line ?? 0)));
        string[] messages =
        [
            "has the label 'c'", "id x occurs twice", "'z', which is not a whole number",
            "has the gold label 'b', and 'a'", "has answers of cohort dense, seed 0, as the file part0",
            "has 3 columns",
        ];
        Assert.All(messages.Zip(errors), pair => Assert.Contains(
            pair.First, pair.Second.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Examples_that_a_run_lacks_are_an_error()
    {
        using var import = new Imports();
        import.With(["seed,id,gold,answer", "0,x,a,a", "0,y,b,a", "1,x,a,b"], Long);

        var error = Assert.Single(import.Errors());
        Assert.StartsWith("id y is missing in cohort dense, seed 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Examples_that_a_run_lacks_can_be_left_out_and_are_counted()
    {
        using var import = new Imports { OnMissing = MissingRule.Intersect };
        using var predictions = import.With(
            ["seed,id,gold,answer", "0,x,a,a", "0,y,b,a", "0,z,b,b", "1,z,b,a", "1,x,a,b"], Long).Read();

        Assert.Equal(["x", "z"], predictions.Examples().Select(example => example.SourceId));
        Assert.Equal([0, 2], predictions.Positions);
        Assert.Equal(new ImportCounts(2, 2, 1, 0, 0), predictions.Counts);
        Assert.Equal([0, 1], predictions.Labels("dense").Classes());
        Assert.Equal([1, 0], predictions.Labels("dense", 1).Classes());
    }

    [Fact]
    public void Without_an_answer_the_label_is_an_extra_one_that_is_wrong()
    {
        using var import = new Imports();
        using var predictions = import.With(["seed,id,gold,answer", "0,x,a,a", "0,y,b,"], Long).Read();

        Assert.Equal(["a", "b", "(none)"], predictions.Labels);
        Assert.Equal([0, 2], predictions.Labels("dense").Classes());
        Assert.Equal(1, predictions.Counts.NoAnswer);
    }

    [Fact]
    public void Without_an_answer_there_may_be_an_error()
    {
        using var import = new Imports { NoAnswer = NoAnswerRule.Error };
        import.With(["seed,id,gold,answer", "0,x,a,a", "0,y,b,"], Long);

        Assert.Equal(3, Assert.Single(import.Errors()).Place.Line);
    }

    [Fact]
    public void An_open_answer_is_right_if_it_is_the_gold_answer()
    {
        using var import = new Imports { Task = ForeignTask.Correctness };
        using var predictions = import.With(
            ["seed,id,gold,answer", "0,x,Paris,Paris", "0,y,Rome,Oslo", "0,z,Bern,"], Long).Read();

        Assert.Equal(["right", "wrong"], predictions.Labels);
        Assert.Equal([0, 1, 1], predictions.Labels("dense").Classes());
        Assert.Equal(["Paris", "Oslo", null], predictions.AnswerTexts(predictions.Runs[0]));
        Assert.Equal(1, predictions.Counts.NoAnswer);
    }

    [Fact]
    public void Whole_numbers_order_the_examples_and_the_labels()
    {
        using var import = new Imports();
        using var predictions = import.With(["seed,id,gold,answer", "0,10,2,10", "0,9,10,2", "0,100,2,2"], Long).Read();

        Assert.Equal(["9", "10", "100"], predictions.Examples().Select(example => example.SourceId));
        Assert.Equal(["2", "10"], predictions.Labels);
        Assert.Equal([0, 1, 0], predictions.Labels("dense").Classes());
    }

    [Fact]
    public void Several_runs_need_a_statement_of_how_they_differ()
    {
        using var import = new Imports { Replication = ReplicationKind.None };
        import.With(["seed,id,gold,answer", "0,x,a,a", "0,y,b,b", "1,x,a,a", "1,y,b,b"], Long);

        Assert.Equal("replication", Assert.Single(import.Errors()).Place.Column);
    }

    [Fact]
    public void A_cohort_without_predictions_is_an_error()
    {
        using var import = new Imports { Cohorts = ["dense", "int4"] };
        import.With(["seed,id,gold,answer", "0,x,a,a", "0,y,b,b"], Long);

        Assert.Equal("cohorts[1]", Assert.Single(import.Errors()).Place.Column);
    }

    [Theory]
    [InlineData(ExampleMatch.SourceId, "id,text,answer", "b,one,no;a,two,yes")]
    [InlineData(ExampleMatch.Position, "id,text,answer", "1,one,no;0,two,yes")]
    [InlineData(ExampleMatch.Text, "id,text,answer", "?,second,no;!,first,yes")]
    public void Examples_are_matched_with_those_of_a_dataset(ExampleMatch match, string header, string rows)
    {
        using var import = new Imports
        {
            Dataset = new(
                ForeignTask.SingleLabel, ["no", "yes"], match,
                [new("a", "first", ["yes"]), new("b", "second", ["yes"])]),
        };
        using var predictions = import.With(
            [header, .. rows.Split(';')],
            new()
            {
                Format = ForeignFormat.Csv,
                Cohort = "dense",
                Columns = new() { Example = "id", Text = "text", Predicted = "answer" },
            }).Read();

        Assert.Equal([1, 1], predictions.Gold.Classes());
        Assert.Equal([1, 0], predictions.Labels("dense").Classes());
        Assert.Equal(["a", "b"], predictions.Examples().Select(example => example.SourceId));
    }

    [Theory]
    [InlineData(ExampleMatch.SourceId, "id same is that of several examples")]
    [InlineData(ExampleMatch.Text, "the text of id same is that of several examples")]
    [InlineData(ExampleMatch.Position, "id same is not a position of the dataset, which has 2 examples")]
    public void An_example_that_the_dataset_does_not_have_once_is_refused(ExampleMatch match, string message)
    {
        using var import = new Imports
        {
            Dataset = new(
                ForeignTask.SingleLabel, ["no", "yes"], match,
                [new("same", "text", ["yes"]), new("same", "text", ["yes"])]),
        };
        import.With(
            ["id,text,answer", "same,text,no"],
            new()
            {
                Format = ForeignFormat.Csv,
                Cohort = "dense",
                Columns = new() { Example = "id", Text = "text", Predicted = "answer" },
            });

        Assert.Contains(message, Assert.Single(import.Errors()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_limit_of_examples_holds_for_all_files()
    {
        using var import = new Imports { Limits = new(1000, 1_000_000, 2) };
        import.With(["seed,id,gold,answer", "0,x,a,a", "0,y,b,b", "0,z,b,b"], Long);

        Assert.Equal(4, Assert.Single(import.Errors()).Place.Line);
    }

    /// <summary>None of these may end the process or be an error of the service.</summary>
    [Theory]
    [InlineData("""{"id": {"a": 1}, "gold": "a", "scores": [1, 2]}""", "has no id")]
    [InlineData("""{"id": {"a": [1]}, "gold": "a", "scores": [1, 2]}""", "neither a text, a number")]
    [InlineData("""{"id": [[1]], "gold": "a", "scores": [1, 2]}""", "neither a text, a number")]
    [InlineData("""{"id": "\ud800", "gold": "a", "scores": [1, 2]}""", "half of a surrogate pair")]
    [InlineData("""{"id": "x", "gold": "a", "scores": [1, 2], "\udc00": 1}""", "half of a surrogate pair")]
    [InlineData("""{"id": "x", "gold": ["a", "b"], "scores": [1, 2]}""", "has 2 labels")]
    [InlineData("""{"id": "x", "gold": {"a": 1}, "scores": [1, 2]}""", "labels with scores")]
    [InlineData("""{"id": "x", "gold": "a", "scores": [{"label": "a"}, 2]}""", "not all { label, score }")]
    [InlineData("""{"id": "x", "gold": "a", "scores": [1e999, 2]}""", "not a finite number")]
    [InlineData("""{"id": "x", "gold": "a", "scores": {"a": 1, "z": 2}}""", "label 'z'")]
    [InlineData("""["x"]""", "must be a JSON object")]
    [InlineData("""{"id": "x"}""", "has no property 'gold'")]
    public void A_row_of_another_form_is_refused(string row, string message)
    {
        using var import = new Imports { Labels = ["a", "b"] };
        import.With(["""{"id": "first", "gold": "a", "scores": [1, 2]}""", row], JsonScores(ScoreKind.Logits));

        var error = Assert.Single(import.Errors());
        Assert.Equal(2, error.Place.Line);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    /// <summary>The order and the repetition of gold labels have no meaning.</summary>
    [Fact]
    public void Sets_of_gold_labels_are_compared_as_sets()
    {
        using var import = new Imports { Task = ForeignTask.MultiLabel };
        using var predictions = import.With(
            ["seed,id,gold,answer", "0,x,\"['a', 'b']\",['a']", "1,x,\"['b', 'a', 'b']\",[]", "0,y,['b'],[]",
                "1,y,\"['b', 'b']\",[]"], Long).Read();

        Assert.Equal([0, 1], predictions.Gold.ClassesAt(0));
        Assert.Equal([1], predictions.Gold.ClassesAt(1));
    }

    [Fact]
    [Trait("Duration", "Long")]
    public void A_thousand_files_are_one_import()
    {
        using var import = new Imports();
        for (var seed = 0; seed < ImportLimits.Files; seed++)
            import.With(
                ["id\tgold\tanswer", $"x\ta\t{(seed % 3 == 0 ? "b" : "a")}", "y\tb\tb"],
                Long with { Format = ForeignFormat.Tsv, Seed = seed, Columns = Long.Columns! with { Seed = null } });
        using var predictions = import.Read();

        Assert.Equal(ImportLimits.Files, predictions.Counts.Runs);
        Assert.Equal(
            Enumerable.Range(0, ImportLimits.Files).Select(seed => seed % 3 == 0 ? 1 : 0),
            predictions.Cohort("dense").Select(run => run.ClassAt(0)));
    }

    [Fact]
    public void A_group_of_examples_is_kept()
    {
        using var import = new Imports();
        using var predictions = import.With(
            ["seed,id,gold,answer,document", "0,x,a,a,one", "0,y,b,b,two", "0,z,b,b,one"],
            Long with { Columns = Long.Columns! with { Cluster = "document" } }).Read();

        Assert.Equal(["one", "two", "one"], predictions.Examples().Select(example => example.Cluster));
    }

    [Theory]
    [InlineData("""{"data": [["x", "a", "a"]], "columns": ["id", "gold", "answer"]}""", "must be before 'data'")]
    [InlineData("""{"columns": ["id", "gold"], "data": [["x", "a"]]}""", "has no column 'answer'")]
    [InlineData("""{"columns": ["id", "gold", "answer"], "data": [["x", "a"]]}""", "the row has 2 values")]
    [InlineData("""{"columns": ["id", "gold", "answer"], "data": [["x", "a", "a"]""", "ends too early")]
    [InlineData("""{"columns": ["id", "gold", "answer"], "data": [["x" "a"]]}""", "not valid JSON")]
    [InlineData("""{"columns": 1, "data": []} """, "'columns' must be a list")]
    [InlineData("[1]", "'{' is expected")]
    [InlineData("{}", "has no 'columns'")]
    [InlineData("""{"columns": ["id"], "data": []} []""", "continues behind")]
    public void A_table_that_is_not_one_of_Weights_and_Biases_is_refused(string content, string message)
    {
        using var import = new Imports();
        import.With([content], new()
        {
            Format = ForeignFormat.WandbTable,
            Cohort = "dense",
            Columns = new() { Example = "id", Label = "gold", Predicted = "answer" },
        });

        Assert.Contains(message, Assert.Single(import.Errors()).Message, StringComparison.Ordinal);
    }

    private static ForeignFile JsonScores(ScoreKind kind) => new()
    {
        Format = ForeignFormat.Jsonl,
        Cohort = "dense",
        ScoreKind = kind,
        Columns = new() { Example = "id", Label = "gold", Scores = "scores" },
    };
}
