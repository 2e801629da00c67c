namespace PieService.Worker.Arithmetic;

/// <summary>
/// A matrix of doubles with the matrices that it was computed from: the arithmetic that the tensor library is compared
/// with. The loops follow the formulas, so that they can be checked by reading. Gradients are computed by reverse
/// accumulation.
/// </summary>
internal sealed class PlainMatrix
{
    private readonly IReadOnlyList<PlainMatrix> sources;

    /// <summary>Adds what this matrix's gradient contributes to the gradients of its sources.</summary>
    private Action contribute = () => { };

    /// <param name="values">The values, rows x columns, row-major.</param>
    public PlainMatrix(int rows, int columns, double[] values, params IReadOnlyList<PlainMatrix> sources)
    {
        if (values.Length != rows * columns)
            throw new ArgumentException($"{rows} x {columns} needs {rows * columns} values.", nameof(values));
        (Rows, Columns, Values, Gradient, this.sources) = (rows, columns, values, new double[values.Length], sources);
    }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>The values, row-major.</summary>
    public double[] Values { get; }

    /// <summary>The gradient, row-major; <see cref="Backward"/> fills it.</summary>
    public double[] Gradient { get; }

    // If the two shapes differ, a single row or column is repeated as often as the other matrix has rows or columns.
    public static PlainMatrix operator +(PlainMatrix a, PlainMatrix b) =>
        Pairwise(a, b, (x, y) => x + y, (_, _) => 1, (_, _) => 1);

    public static PlainMatrix operator -(PlainMatrix a, PlainMatrix b) =>
        Pairwise(a, b, (x, y) => x - y, (_, _) => 1, (_, _) => -1);

    public static PlainMatrix operator *(PlainMatrix a, PlainMatrix b) =>
        Pairwise(a, b, (x, y) => x * y, (_, y) => y, (x, _) => x);

    public static PlainMatrix operator /(PlainMatrix a, PlainMatrix b) =>
        Pairwise(a, b, (x, y) => x / y, (_, y) => 1 / y, (x, y) => -x / (y * y));

    public static PlainMatrix operator *(PlainMatrix a, double factor) => a.Map(x => factor * x, _ => factor);

    public PlainMatrix Map(Func<double, double> function, Func<double, double> derivative)
    {
        var result = new PlainMatrix(Rows, Columns, Array.ConvertAll(Values, x => function(x)), this);
        result.contribute = () =>
        {
            for (var i = 0; i < Values.Length; i++) Gradient[i] += result.Gradient[i] * derivative(Values[i]);
        };
        return result;
    }

    /// <summary>This matrix, (R, K), times the transpose of another, (C, K): (R, C).</summary>
    public PlainMatrix TimesTransposed(PlainMatrix other)
    {
        var result = new PlainMatrix(Rows, other.Rows, new double[Rows * other.Rows], this, other);
        for (var r = 0; r < Rows; r++)
            for (var c = 0; c < other.Rows; c++)
            {
                ReadOnlySpan<double> a = RowOf(Values, r), b = other.RowOf(other.Values, c);
                var sum = 0.0;
                for (var k = 0; k < a.Length; k++) sum += a[k] * b[k];
                result.Values[(r * other.Rows) + c] = sum;
            }
        result.contribute = () =>
        {
            for (var r = 0; r < Rows; r++)
                for (var c = 0; c < other.Rows; c++)
                {
                    var gradient = result.Gradient[(r * other.Rows) + c];
                    AddTo(RowOf(Gradient, r), gradient, other.RowOf(other.Values, c));
                    AddTo(other.RowOf(other.Gradient, c), gradient, RowOf(Values, r));
                }
        };
        return result;

        static void AddTo(Span<double> sums, double factor, ReadOnlySpan<double> values)
        {
            for (var k = 0; k < sums.Length; k++) sums[k] += factor * values[k];
        }
    }

    public PlainMatrix Transposed() => Gather(Columns, Rows, (r, c) => (c * Columns) + r);

    /// <summary>The rows of these numbers, in this order; a row may occur several times.</summary>
    public PlainMatrix RowsAt(params IReadOnlyList<int> rows) =>
        Gather(rows.Count, Columns, (r, c) => (rows[r] * Columns) + c);

    public PlainMatrix ColumnsFrom(int first, int count) => Gather(Rows, count, (r, c) => (r * Columns) + first + c);

    /// <summary>The sum of each row, (R, 1).</summary>
    public PlainMatrix RowSums() => TimesTransposed(new PlainMatrix(1, Columns, [.. Enumerable.Repeat(1.0, Columns)]));

    /// <summary>Matrices of one width, one below the other.</summary>
    public static PlainMatrix Stack(params IReadOnlyList<PlainMatrix> parts)
    {
        var result = new PlainMatrix(
            parts.Sum(part => part.Rows), parts[0].Columns, [.. parts.SelectMany(part => part.Values)], parts);
        result.contribute = () =>
        {
            var offset = 0;
            foreach (var part in parts)
                for (var i = 0; i < part.Gradient.Length; i++) part.Gradient[i] += result.Gradient[offset++];
        };
        return result;
    }

    /// <summary>
    /// Fills the gradients of all sources of this matrix, for the sum of its values times the weights.
    /// </summary>
    /// <param name="weights">The weights, row-major, one for each value of the matrix.</param>
    public void Backward(ReadOnlySpan<double> weights)
    {
        weights.CopyTo(Gradient);
        // The gradient of a matrix must be complete before it is added to those of its sources.
        var order = new List<PlainMatrix>();
        Visit(this, [], order);
        for (var i = order.Count - 1; i >= 0; i--) order[i].contribute();
    }

    private Span<double> RowOf(double[] numbers, int row) => numbers.AsSpan(row * Columns, Columns);

    private static void Visit(PlainMatrix matrix, HashSet<PlainMatrix> seen, List<PlainMatrix> order)
    {
        if (!seen.Add(matrix)) return;
        foreach (var source in matrix.sources) Visit(source, seen, order);
        order.Add(matrix);
    }

    private PlainMatrix Gather(int rows, int columns, Func<int, int, int> placeOf)
    {
        var places = new int[rows * columns];
        for (var i = 0; i < places.Length; i++) places[i] = placeOf(i / columns, i % columns);
        var result = new PlainMatrix(rows, columns, Array.ConvertAll(places, place => Values[place]), this);
        result.contribute = () =>
        {
            for (var i = 0; i < places.Length; i++) Gradient[places[i]] += result.Gradient[i];
        };
        return result;
    }

    private static PlainMatrix Pairwise(
        PlainMatrix a, PlainMatrix b, Func<double, double, double> function,
        Func<double, double, double> derivativeOfA, Func<double, double, double> derivativeOfB)
    {
        var (rows, columns) = (Math.Max(a.Rows, b.Rows), Math.Max(a.Columns, b.Columns));
        var result = new PlainMatrix(rows, columns, new double[rows * columns], a, b);
        for (var i = 0; i < result.Values.Length; i++)
            result.Values[i] = function(a.Values[PlaceIn(a, i)], b.Values[PlaceIn(b, i)]);
        result.contribute = () =>
        {
            for (var i = 0; i < result.Gradient.Length; i++)
            {
                var (placeInA, placeInB) = (PlaceIn(a, i), PlaceIn(b, i));
                var (x, y) = (a.Values[placeInA], b.Values[placeInB]);
                a.Gradient[placeInA] += result.Gradient[i] * derivativeOfA(x, y);
                b.Gradient[placeInB] += result.Gradient[i] * derivativeOfB(x, y);
            }
        };
        return result;

        int PlaceIn(PlainMatrix part, int i) =>
            (part.Rows == 1 ? 0 : i / columns * part.Columns) + (part.Columns == 1 ? 0 : i % columns);
    }
}
