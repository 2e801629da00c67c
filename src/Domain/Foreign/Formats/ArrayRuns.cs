using PieService.Domain.Files;
using PieService.Domain.Files.Arrays;

namespace PieService.Domain.Foreign.Formats;

/// <summary>
/// An array as runs x examples x values. It is read in blocks of at most about <see cref="BlockItems"/> items, whatever
/// its size and its order.
/// </summary>
internal sealed class ArrayRuns
{
    private const int BlockItems = 64 * 1024;

    private readonly NpyArray array;

    /// <param name="task">Decides whether the second dimension of integers is that of the labels.</param>
    /// <exception cref="UnreadableFileException">The array has another number of dimensions.</exception>
    public ArrayRuns(NpyArray array, ForeignTask task)
    {
        this.array = array;
        var (shape, isReal) = (array.Header.Shape, array.Header.Type.IsReal);
        HasValuesOfLabels = isReal || task == ForeignTask.MultiLabel;
        (Runs, Examples, Values) = (shape.Count, HasValuesOfLabels) switch
        {
            (3, true) => (shape[0], shape[1], shape[2]),
            (2, true) => (1, shape[0], shape[1]),
            (2, false) => (shape[0], shape[1], 1),
            (1, false) => (1, shape[0], 1),
            _ => throw Error(isReal
                ? "scores have the shape (runs, examples, labels) or (examples, labels)"
                : HasValuesOfLabels ? "flags of labels have the shape (runs, examples, labels) or (examples, labels)"
                : "labels have the shape (runs, examples) or (examples)"),
        };
        if (Runs == 0 || Examples == 0 || Values == 0) throw Error("each dimension must have at least one item");

        UnreadableFileException Error(string rule) => new(
            array.Name, null, null, $"has the shape ({string.Join(", ", shape)}) of {array.Header.Type.Kind}; {rule}");
    }

    public int Runs { get; }

    public int Examples { get; }

    /// <summary>The values of an example: a score or a flag of each label, or one label.</summary>
    public int Values { get; }

    /// <summary>Whether the values are those of the labels, not the label itself.</summary>
    public bool HasValuesOfLabels { get; }

    /// <summary>
    /// The values of each run and example. In C order the examples of a run follow one another; in Fortran order the
    /// runs of an example do.
    /// </summary>
    public IEnumerable<ArrayRow> Rows() => array.Header.IsFortran ? FortranRows() : CRows();

    private IEnumerable<ArrayRow> CRows()
    {
        var most = Math.Max(1, BlockItems / Values);
        var block = new double[Math.Min(most, Examples) * Values];
        for (var run = 0; run < Runs; run++)
            for (var start = 0; start < Examples; start += most)
            {
                var count = Math.Min(most, Examples - start);
                array.Read((((long)run * Examples) + start) * Values, block.AsSpan(0, count * Values));
                for (var i = 0; i < count; i++)
                    yield return new(run, start + i, block[(i * Values)..((i + 1) * Values)]);
            }
    }

    /// <summary>Item (r, n, c) is at r + R (n + N c), so a block of examples is one piece for each value.</summary>
    private IEnumerable<ArrayRow> FortranRows()
    {
        var most = (int)Math.Max(1, BlockItems / ((long)Runs * Values));
        var pieces = new double[Values][];
        for (var start = 0; start < Examples; start += most)
        {
            var count = Math.Min(most, Examples - start);
            for (var c = 0; c < Values; c++)
            {
                pieces[c] ??= new double[Runs * Math.Min(most, Examples)];
                array.Read(Runs * (start + ((long)Examples * c)), pieces[c].AsSpan(0, Runs * count));
            }
            for (var i = 0; i < count; i++)
                for (var run = 0; run < Runs; run++)
                    yield return new(run, start + i, [.. pieces.Select(piece => piece[(i * Runs) + run])]);
        }
    }
}

/// <summary>The values of one run for one example.</summary>
internal readonly record struct ArrayRow(int Run, int Example, double[] Values);
