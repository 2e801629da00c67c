using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Worker.Machines;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Arithmetic;

/// <summary>An input of a check: numbers drawn uniformly from [-Range, Range].</summary>
internal sealed record MatrixInput(string Name, int Rows, int Columns, double Range = 1);

/// <summary>
/// Checks an operation on matrices: its result without gradients, as in evaluation, and with them, as in training, and
/// the gradient of each input.
/// </summary>
/// <param name="library">The operation on leaves of the inputs' shapes; its result is read row-major.</param>
/// <param name="plain">The same operation on the same numbers.</param>
internal sealed class MatrixCheck(
    string operation, string shape, IReadOnlyList<MatrixInput> inputs, Func<IReadOnlyList<Tensor>, Tensor> library,
    Func<IReadOnlyList<PlainMatrix>, PlainMatrix> plain) : ArithmeticCheck(operation, shape)
{
    /// <summary>
    /// For a module, whose gradients are those of its parameters: copies the inputs' values into it and returns the
    /// leaves.
    /// </summary>
    public Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> Leaves { get; init; } = values => values;

    /// <summary>The numbers of its matrix products, as in recipes of that precision.</summary>
    public Precision Products { get; init; }

    /// <summary>
    /// The same check with a changed result of the library: tests use it to show that a wrong kernel is found.
    /// </summary>
    public MatrixCheck Changed(Func<Tensor, Tensor> change) =>
        new(Operation, Shape, inputs, leaves => change(library(leaves)), plain)
        {
            Leaves = Leaves,
            Products = Products,
        };

    public override IEnumerable<ArithmeticDeviation> Deviations(Device device)
    {
        if (Products == Precision.Tf32) Tf32.Allow(true);
        try
        {
            return Compared(device);
        }
        finally
        {
            if (Products == Precision.Tf32) Tf32.Allow(false);
        }
    }

    private List<ArithmeticDeviation> Compared(Device device)
    {
        var tolerance = Tolerance(Products);
        using var scope = NewDisposeScope();
        var random = KeyedRandom.For("arithmetic");
        PlainMatrix[] numbers = [
            .. inputs.Select(
                input => new PlainMatrix(
                    input.Rows, input.Columns, Draw(random, input.Rows * input.Columns, input.Range)))];
        var expected = plain(numbers);
        var weights = Draw(random, expected.Values.Length, range: 1);
        expected.Backward(weights);

        var leaves = Leaves([.. numbers.Select(matrix => ToTensor(matrix, device))]);
        var found = new List<ArithmeticDeviation>();
        using (no_grad())
            found.Add(Compare("result in evaluation", ToArray(library(leaves)), expected.Values, tolerance));
        var result = library(leaves);
        found.Add(Compare("result in training", ToArray(result.detach()), expected.Values, tolerance));
        result.flatten().dot(tensor(Array.ConvertAll(weights, weight => (float)weight), device: device)).backward();
        foreach (var ((input, leaf), matrix) in inputs.Zip(leaves).Zip(numbers))
            found.Add(Compare($"gradient of the {input.Name}", ToArray(leaf.grad!), matrix.Gradient, tolerance));
        return found;
    }

    /// <summary>Numbers that float32 represents exactly.</summary>
    private static double[] Draw(KeyedRandom random, int count, double range)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
            values[i] = (float)(range * ((2 * (random.NextUInt64() / (double)ulong.MaxValue)) - 1));
        return values;
    }

    private static Tensor ToTensor(PlainMatrix matrix, Device device) =>
        tensor(Array.ConvertAll(matrix.Values, value => (float)value), [matrix.Rows, matrix.Columns], device: device,
            requires_grad: true);

    private static float[] ToArray(Tensor any) => ParameterBuffer.ToArray(any.contiguous());
}
