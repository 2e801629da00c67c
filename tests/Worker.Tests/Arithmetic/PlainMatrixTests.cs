using PieService.Domain;
using PieService.Worker.Arithmetic;

namespace PieService.Worker.Tests.Arithmetic;

/// <summary>The gradients of plain arithmetic are compared with differences of its own values.</summary>
public class PlainMatrixTests
{
    private const double Step = 1e-6, Tolerance = 1e-7;

    [Fact]
    public void Gradients_are_the_slopes_of_the_values()
    {
        var gold = new[] { 1, 0, 2 };
        Check(m => PlainOperations.Linear(m[0], m[1], m[2]), (3, 4), (5, 4), (1, 5));
        Check(m => PlainOperations.LayerNorm(m[0], m[1], m[2], 1e-3), (3, 5), (1, 5), (1, 5));
        Check(m => PlainOperations.Lstm(m[0], [m[1], m[2], m[3], m[4]], batch: 2), (6, 3), (8, 3), (8, 2), (1, 8),
            (1, 8));
        Check(m => PlainOperations.Attention(m[0], m[1], m[2], heads: 2, length: 2), (3, 4), (3, 4), (3, 4));
        Check(m => PlainOperations.CrossEntropy(m[0], gold), (3, 4));
        Check(m => PlainOperations.BinaryCrossEntropy(m[0], [1, 0, 0, 1, 1, 0]), (2, 3));
        Check(m => m[0].Softmax(), (3, 4));
        Check(m => m[0].Gelu(), (3, 4));
        Check(m => m[0].TanhGelu(), (3, 4));
        Check(m => m[0] / (m[1] * m[1] + m[1] * 0.5), (3, 4), (3, 1));
        Check(m => m[0].RowsAt(2, 0, 2).ColumnsFrom(1, 2).Transposed() - m[1], (3, 4), (1, 3));
    }

    [Fact]
    public void Values_are_those_of_the_formulas()
    {
        Assert.Equal(0.8413447460685429, Gelu(1), 12);                                  // 1 Phi(1)
        Assert.Equal(-0.0455002638963584, Gelu(-2), 12);                                // -2 Phi(-2)
        Assert.Equal(
            Math.Log(4), PlainOperations.CrossEntropy(new PlainMatrix(1, 4, new double[4]), [2]).Values[0], 12);
        Assert.Equal(
            Math.Log(2), PlainOperations.BinaryCrossEntropy(new PlainMatrix(1, 2, new double[2]), [1, 0]).Values[0],
            12);
        // One unit whose weights are zero and whose biases are b: c = s(b) tanh(b), h = s(b) tanh(c).
        var state = PlainOperations.Lstm(
            new(1, 1, [5]),
            [new(4, 1, new double[4]), new(4, 1, new double[4]), new(1, 4, [1, 1, 1, 1]), new(1, 4, new double[4])],
            batch: 1);
        var sigmoid = 1 / (1 + Math.Exp(-1));
        Assert.Equal(sigmoid * Math.Tanh(sigmoid * Math.Tanh(1)), state.Values[0], 12);

        static double Gelu(double x) => new PlainMatrix(1, 1, [x]).Gelu().Values[0];
    }

    private static void Check(Func<PlainMatrix[], PlainMatrix> function, params (int Rows, int Columns)[] shapes)
    {
        var random = KeyedRandom.For("slopes");
        double[][] values = [.. shapes.Select(shape => Draw(shape.Rows * shape.Columns))];
        var inputs = Inputs();
        var result = function(inputs);
        var weights = Draw(result.Values.Length);
        result.Backward(weights);
        for (var input = 0; input < shapes.Length; input++)
            for (var i = 0; i < values[input].Length; i++)
            {
                var slope = (Weighted(input, i, Step) - Weighted(input, i, -Step)) / (2 * Step);
                Assert.Equal(slope, inputs[input].Gradient[i], Tolerance);
            }

        double Weighted(int input, int i, double step)
        {
            var moved = Inputs();
            moved[input].Values[i] += step;
            return function(moved).Values.Zip(weights, (value, weight) => value * weight).Sum();
        }

        PlainMatrix[] Inputs() =>
            [.. shapes.Zip(values, (shape, value) => new PlainMatrix(shape.Rows, shape.Columns, [.. value]))];

        double[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextInt(2001) - 1000) / 1000.0)];
    }
}
