using PieService.Domain.Foreign;

namespace PieService.Domain.Tests.Foreign;

public class ArrayImportTests
{
    private const int Runs = 3, Examples = 40, Labels = 4;

    public static TheoryData<string, bool, int> Arrays() => new(
        from type in NpyFile.Types
        from order in "<>"
        from isFortran in new[] { false, true }
        select ((string)$"{order}{type}", isFortran, 1 + (type.Length + (isFortran ? 1 : 0)) % 3));

    [Theory]
    [MemberData(nameof(Arrays))]
    public void An_array_of_any_type_and_order_comes_back(string type, bool isFortran, int version)
    {
        var random = new Random(7);
        var isReal = type[1] == 'f';
        double[] scores = [.. Enumerable.Range(0, Runs * Examples * Labels).Select(_ => random.Next(-80, 80) / 8.0)];
        double[] labels = [.. Enumerable.Range(0, Runs * Examples).Select(_ => (double)random.Next(Labels))];
        using var import = new Imports { Labels = ["a", "b", "c", "d"] };
        using var predictions = import
            .With(
                isReal ? NpyFile.Of(type, [Runs, Examples, Labels], scores, isFortran, version)
                    : NpyFile.Of(type, [Runs, Examples], labels, isFortran, version),
                Npy("dense", isReal ? ScoreKind.Logits : null))
            .With(Gold(), Npy(null)).Read();

        for (var run = 0; run < Runs; run++)
        {
            if (isReal)
                Assert.Equal(
                    scores[(run * Examples * Labels)..((run + 1) * Examples * Labels)],
                    predictions.Scores("dense", run).Select(score => (double)score));
            else
                Assert.Equal(
                    labels[(run * Examples)..((run + 1) * Examples)],
                    predictions.Labels("dense", run).Classes().Select(c => (double)c));
        }
    }

    [Fact]
    public void The_highest_score_is_the_answer_and_the_first_of_equal_ones()
    {
        using var import = new Imports();
        using var predictions = import
            .With(NpyFile.Of("<f4", [3, 3], [0, 2, 2, 5, 5, 5, -1, -3, -0.5]), Npy("dense", ScoreKind.Logits))
            .With(NpyFile.Of("|u1", [3], [0, 1, 2]), Npy(null)).Read();

        Assert.Equal([1, 0, 2], predictions.Labels("dense").Classes());
        Assert.Equal(["0", "1", "2"], predictions.Labels);
        Assert.Equal([0, 1, 2], predictions.Gold.Classes());
    }

    /// <summary>Both are stored as 65,504.</summary>
    [Fact]
    public void The_highest_score_is_that_of_the_file_not_the_stored_one()
    {
        using var import = new Imports();
        using var predictions = import
            .With(NpyFile.Of("<f4", [2, 3], [70_000, 80_000, 10, 2, 2.0001, 2]), Npy("dense", ScoreKind.Logits))
            .With(NpyFile.Of("|u1", [2], [0, 1]), Npy(null)).Read();

        Assert.Equal([1, 1], predictions.Labels("dense").Classes());
        Assert.Equal([65_504, 65_504, 10, 2, 2, 2], predictions.Scores("dense"));
    }

    /// <summary>A few bytes can encode an array of any size.</summary>
    [Theory]
    [InlineData("<f4", 1, 10_001, "has values of 10001 labels; a dataset has at most 10000")]
    [InlineData("|u1", 1, 10_001, "has values of 10001 labels; a dataset has at most 10000")]
    [InlineData("|u1", 1001, 1, "has 1001 runs; a cohort has at most 1000")]
    public void An_array_with_too_many_labels_or_runs_is_refused_before_it_is_read(
        string type, int runs, int labels, string message)
    {
        using var import = new Imports { Task = ForeignTask.MultiLabel };
        import.With(
            NpyFile.Of(type, [runs, 1, labels], new double[runs * labels], isFortran: true),
            Npy("dense", type == "<f4" ? ScoreKind.Logits : null));

        Assert.Equal(message, Assert.Single(import.Errors()).Message);
    }

    [Fact]
    public void Choices_by_their_numbers_count_as_labels()
    {
        var choices = string.Join(", ", Enumerable.Repeat("\"x\"", 10_001));
        using var import = new Imports();
        import.With(
            [
                """{"sample_id": "a", "input": {"reference": "x", "choices": [""" + choices + "]}, "
                    + """
                      "answer_attribution": [{"is_terminal": true, "extracted_value": "x"}],
                      "evaluation": {"is_correct": true}}
                      """.ReplaceLineEndings(" "),
            ],
            new() { Format = ForeignFormat.EveryEvalEver, Cohort = "dense" });

        Assert.StartsWith(
            "'10000' is label number 10001; a dataset has at most 10000", Assert.Single(import.Errors()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Flags_and_thresholds_are_the_answers_of_multi_label_data()
    {
        using var import = new Imports { Task = ForeignTask.MultiLabel, Labels = ["a", "b"] };
        using var predictions = import
            .With(
                NpyFile.Of("<f8", [3, 2], [0.3, 0.31, 0.2, 1, 0.3, 0]),
                Npy("dense", ScoreKind.Probabilities) with { Threshold = 0.3 })
            .With(NpyFile.Of("<i2", [3, 2], [1, 1, 0, 1, 0, 0]), Npy("dense") with { Seed = 1 })
            .With(NpyFile.Of("<i8", [3, 2], [1, 0, 0, 1, 0, 0]), Npy(null)).Read();

        Assert.Equal([[1], [1], []], Sets(predictions, 0));
        Assert.Equal([[0, 1], [1], []], Sets(predictions, 1));
        Assert.Equal([0.3, null], predictions.Runs.Select(run => run.Threshold));
        // ln(p / (1 - p)); a certain label has the largest number of float16.
        Assert.Equal(
            [-0.847, -0.8, -1.386, 65_504, -0.847, -65_504],
            predictions.Scores("dense").Select(score => Math.Round(score, 3)), Within);

        static bool Within(double expected, double actual) => Math.Abs(expected - actual) < 0.002;
    }

    [Fact]
    public void Seeds_follow_the_seed_of_the_first_run()
    {
        using var import = new Imports();
        using var predictions = import
            .With(NpyFile.Of("<i4", [3, 2], [0, 1, 1, 1, 0, 0]), Npy("dense") with { Seed = 5 })
            .With(NpyFile.Of("<i4", [2], [0, 1]), Npy(null)).Read();

        Assert.Equal([5, 6, 7], predictions.Runs.Select(run => run.Seed));
        Assert.Equal([0, 0], predictions.Labels("dense", 7).Classes());
    }

    [Theory]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", "object arrays")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }", "type c8")]
    [InlineData("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", "booleans")]
    [InlineData("{'descr': '<U3', 'fortran_order': False, 'shape': (2,), }", "type U3")]
    [InlineData("{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (2,), }", "structured")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2), }", "dimension")]
    [InlineData(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 4), }",
        "has a dimension of -1, which is not a number of items; save the array again with numpy.save")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (2000000000, 2000000000, 2000000000), }", "shorter")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 0), }", "longer")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", "without descr, fortran_order and shape")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (1, 1, 2), }", "has the shape (1, 1, 2) of i")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "has the shape (2) of f")]
    public void A_header_that_is_not_that_of_an_array_of_numbers_is_refused(string header, string message)
    {
        using var import = new Imports();
        import.With([.. NpyFile.Head(header), .. new byte[8]], Npy("dense", ScoreKind.Logits));

        Assert.Contains(message, Assert.Single(import.Errors()).Message, StringComparison.Ordinal);
    }

    /// <summary>The length of the header is 2 GiB or more, which must not become memory.</summary>
    [Theory]
    [InlineData(0x8000_0000u)]
    [InlineData(0xFFFF_FFFFu)]
    public void A_long_header_is_refused_in_bounded_memory(uint length)
    {
        using var import = new Imports();
        import.With(
            [0x93, .. "NUMPY"u8, 2, 0, .. BitConverter.GetBytes(length), .. "{'descr'"u8],
            Npy("dense", ScoreKind.Logits));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains("header of", Assert.Single(import.Errors()).Message, StringComparison.Ordinal);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024 * 1024);
    }

    [Fact]
    public void An_array_that_is_cut_off_anywhere_is_refused()
    {
        var whole = NpyFile.Of("<i4", [3, 2], [0, 1, 1, 1, 0, 0], version: 2);
        for (var length = 0; length < whole.Length; length += 3)
        {
            using var import = new Imports();
            import.With(whole[..length], Npy("dense"));

            Assert.Matches("shorter|not a NumPy array", Assert.Single(import.Errors()).Message);
        }
    }

    [Fact]
    public void Every_wrong_value_has_its_seed_and_example()
    {
        using var import = new Imports { Labels = ["a", "b"] };
        import.With(NpyFile.Of("<i8", [2, 3], [0, 1, 2, -1, 1, 4e18]), Npy("dense") with { Seed = 3 })
            .With(NpyFile.Of("<i8", [3], [0, 1, 0]), Npy(null));

        Assert.Equal(
            [(3, 2), (4, 0), (4, 2)],
            import.Errors().Select(error => (error.Place.Seed!.Value, error.Place.Example!.Value)));
    }

    [Fact]
    public void At_most_a_hundred_errors_are_reported()
    {
        using var import = new Imports { Labels = ["a", "b"] };
        import.With(NpyFile.Of("<i8", [1000], [.. Enumerable.Repeat(2.0, 1000)]), Npy("dense"));

        Assert.Equal(ImportLimits.Errors, import.Errors().Count);
    }

    [Fact]
    public void An_npz_file_must_have_the_arrays_of_the_definition()
    {
        using var import = new Imports();
        import.With(NpyFile.Zip(("other", NpyFile.Of("<i4", [2], [0, 1]))), new()
        {
            Format = ForeignFormat.Npz,
            Arrays = new Dictionary<string, string?> { ["dense"] = "dense" },
        });

        Assert.Contains("it has 'other'", Assert.Single(import.Errors()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_npz_file_with_two_arrays_of_one_name_is_refused()
    {
        using var import = new Imports();
        var (first, second) = (NpyFile.Of("<i4", [2], [0, 1]), NpyFile.Of("<i4", [2], [1, 0]));
        import.With(NpyFile.Zip(("dense", first), ("dense", second)), new()
        {
            Format = ForeignFormat.Npz,
            Arrays = new Dictionary<string, string?> { ["dense"] = "dense" },
        });

        Assert.Contains("several arrays 'dense'", Assert.Single(import.Errors()).Message, StringComparison.Ordinal);
    }

    /// <summary>The answers of all runs are on the disk, and memory for them is that of one run.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_is_read_at_a_time(bool isFortran)
    {
        const int runs = 30, examples = 500, labels = 40, bytesOfRun = examples * (2 + (2 * labels));
        using var import = new Imports();
        using var predictions = import
            .With(
                NpyFile.Of("<f2", [runs, examples, labels], new double[runs * examples * labels], isFortran),
                Npy("dense", ScoreKind.Logits))
            .With(NpyFile.Of("|u1", [examples], new double[examples]), Npy(null)).Read();

        foreach (var run in predictions.Runs)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            _ = predictions.Answers(run);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, bytesOfRun, 4 * bytesOfRun);
        }
        // A part of the last block may not be written yet.
        Assert.InRange(
            Directory.GetFiles(import.Folder, "scratch-*").Sum(file => new FileInfo(file).Length),
            (runs - 2) * bytesOfRun, runs * bytesOfRun);
    }

    private static IEnumerable<int[]> Sets(ForeignPredictions predictions, int seed) =>
        predictions.Labels("dense", seed) is var labels
            ? Enumerable.Range(0, labels.Count).Select(i => labels.ClassesAt(i).ToArray()) : [];

    private static byte[] Gold() =>
        NpyFile.Of("<i4", [Examples], [.. Enumerable.Range(0, Examples).Select(i => (double)(i % Labels))]);

    private static ForeignFile Npy(string? cohort, ScoreKind? kind = null) =>
        new() { Format = ForeignFormat.Npy, Cohort = cohort, ScoreKind = kind };
}
