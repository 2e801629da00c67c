using System.Text;
using PieService.Worker.Files;

namespace PieService.Pipeline.Tests;

/// <summary>
/// The study's BiLSTM in plain arithmetic, from the file of a kept model alone: it can be written with
/// nothing but the file and the paper.
/// </summary>
internal sealed class PlainBiLstm(SafeTensors file)
{
    private readonly Dictionary<string, int> rowOfWord = Encoding.UTF8.GetString(file.Get<byte>("vocabulary"))
        .Split('\n').Index().ToDictionary(row => row.Item, row => row.Index);
    private readonly Dictionary<string, double[][]> matrices = [];

    public double[] Logits(IEnumerable<string> words)
    {
        var inputs = words.Select(
            word => Matrix("embedding.weight")[rowOfWord.GetValueOrDefault(word, rowOfWord["[UNK]"])]).ToArray();
        var lower = Layer(inputs, "l0");
        var upper = Layer(lower, "l1");
        var half = upper[0].Length / 2;
        // The state of each direction after it has read the whole text.
        var readOut = upper[^1][..half].Concat(upper[0][half..]).ToArray();
        return Linear("fc", Relu(Linear("l2", Relu(Linear("l1", readOut)))));
    }

    private double[][] Layer(double[][] inputs, string name)
    {
        var forward = States(inputs, name);
        var backward = States([.. inputs.Reverse()], $"{name}_reverse").Reverse();
        return [.. forward.Zip(backward, (first, second) => first.Concat(second).ToArray())];
    }

    private double[][] States(double[][] inputs, string name)
    {
        var (fromInput, fromState) = (Matrix($"lstm.weight_ih_{name}"), Matrix($"lstm.weight_hh_{name}"));
        var bias = file.Get<float>($"lstm.bias_ih_{name}")
            .Zip(file.Get<float>($"lstm.bias_hh_{name}"), (a, b) => (double)a + b).ToArray();
        var size = fromState[0].Length;
        var (hidden, cell, states) = (new double[size], new double[size], new List<double[]>());
        foreach (var input in inputs)
        {
            // Gates in torch's order: input, forget, cell, output.
            var gates = bias.Select((b, row) => b + Dot(fromInput[row], input) + Dot(fromState[row], hidden)).ToArray();
            cell = [.. cell.Select(
                (c, i) => (Sigmoid(gates[size + i]) * c) + (Sigmoid(gates[i]) * Math.Tanh(gates[(2 * size) + i])))];
            hidden = [.. cell.Select((c, i) => Sigmoid(gates[(3 * size) + i]) * Math.Tanh(c))];
            states.Add(hidden);
        }
        return [.. states];
    }

    private double[] Linear(string name, double[] input) =>
        [.. Matrix($"{name}.weight").Zip(file.Get<float>($"{name}.bias"), (row, bias) => Dot(row, input) + bias)];

    private double[][] Matrix(string name) => matrices.TryGetValue(name, out var known) ? known : matrices[name] =
        [.. file.Get<float>(name).Select(value => (double)value).Chunk((int)file.Shape(name)[1])];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static double[] Relu(double[] values) => [.. values.Select(value => Math.Max(0, value))];

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
