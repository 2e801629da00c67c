using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Worker.Models;
using PieService.Worker.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PieService.Worker.Arithmetic;

/// <summary>
/// The operations that trainers use, at sizes such as 7, 33, 77 and 129 that do not fill vectors and blocks. The
/// letters of a shape stand for T words, B texts, D inputs and H units.
/// </summary>
internal static class ArithmeticChecks
{
    /// <summary>All operations; on a GPU its products also in TF32, which processors do not have.</summary>
    public static IEnumerable<ArithmeticCheck> On(Device device) =>
        device.type == DeviceType.CPU ? All() : [.. All(), .. InTf32()];

    public static IEnumerable<MatrixCheck> InTf32() =>
    [
        Lstm(words: 5, batch: 7, inputs: 100, units: 100, Precision.Tf32),
        Linear(rows: 77, from: 33, to: 100, Precision.Tf32),
        Attention(words: 11, batch: 7, heads: 3, width: 11, Precision.Tf32),
    ];

    public static IEnumerable<ArithmeticCheck> All() =>
    [
        Lstm(words: 5, batch: 7, inputs: 100, units: 100),
        Lstm(words: 9, batch: 7, inputs: 66, units: 33),
        Lstm(words: 2, batch: 129, inputs: 200, units: 100),
        Linear(rows: 7, from: 100, to: 33),
        Linear(rows: 77, from: 33, to: 100),
        LinearOfTexts(words: 5, batch: 17, from: 33, to: 100),
        LinearOfTexts(words: 1, batch: 77, from: 100, to: 33),
        Linear(rows: 7, from: 100, to: 33, Precision.Bf16),
        Linear(rows: 77, from: 33, to: 100, Precision.Bf16),
        RowsOfTable(rows: 13, width: 33, reads: 7 * 11),
        PaddedEmbedding(rows: 13, width: 33, reads: 7 * 11),
        LayerNorm(rows: 7, width: 33),
        Function("GELU", x => nn.functional.gelu(x), PlainOperations.Gelu),
        Function("GELU by tanh", x => nn.functional.gelu(x, GELU.Approximate.tanh), PlainOperations.TanhGelu),
        Function("ReLU", x => nn.functional.relu(x), PlainOperations.Relu),
        Function("tanh", x => x.tanh(), PlainOperations.Tanh),
        Function("softmax", x => nn.functional.softmax(x, dim: 1), PlainOperations.Softmax),
        Attention(words: 11, batch: 7, heads: 3, width: 11),
        Attention(words: 11, batch: 7, heads: 3, width: 11, Precision.Bf16),
        CrossEntropy(examples: 7, classes: 33),
        BinaryCrossEntropy(examples: 7, classes: 33),
        new DropoutCheck(rows: 97, columns: 101, probability: 0.3),
        new AttentionDropoutCheck(batch: 77, words: 11, width: 7, probability: 0.1),
        new OptimizerCheck(),
        new Float16Check(),
    ];

    public static MatrixCheck Lstm(
        int words, int batch, int inputs, int units, Precision products = Precision.Fp32)
    {
        var range = 1 / Math.Sqrt(units);
        LSTM? lstm = null;
        return new MatrixCheck(
            $"LSTM{In(products)}", $"T {words}, B {batch}, D {inputs}, H {units}",
            [
                new("input", words * batch, inputs, 2), new("weights from the input", 4 * units, inputs, range),
                new("weights from the state", 4 * units, units, range), new("first bias", 1, 4 * units),
                new("second bias", 1, 4 * units),
            ],
            leaves => LstmStates.Of(lstm!, leaves[0].view(words, batch, inputs)),
            numbers => PlainOperations.Lstm(numbers[0], [.. numbers.Skip(1)], batch))
        {
            Products = products,
            Leaves = values =>
            {
                lstm = nn.LSTM(inputs, units).to(values[0].device);
                using var noGrad = no_grad();
                foreach (var (parameter, value) in lstm.parameters().Zip(values.Skip(1)))
                    parameter.copy_(value.view(parameter.shape));
                return [values[0], .. lstm.parameters()];
            },
        };
    }

    /// <param name="products">The numbers of the product; the leaves are float32.</param>
    private static MatrixCheck Linear(int rows, int from, int to, Precision products = Precision.Fp32) => new(
        $"linear map{In(products)}", $"{rows} x {from} to {to}",
        [new("input", rows, from), new("weights", to, from), new("bias", 1, to)],
        leaves => nn.functional.linear(
            leaves[0].to(TypeOf(products)), leaves[1].to(TypeOf(products)), leaves[2].flatten().to(TypeOf(products)))
            .to(ScalarType.Float32),
        numbers => PlainOperations.Linear(numbers[0], numbers[1], numbers[2]))
    { Products = products };

    /// <summary>Checks the linear maps of a BERT, whose kernel may be another one.</summary>
    private static MatrixCheck LinearOfTexts(int words, int batch, int from, int to) => new(
        "linear map of texts", $"T {words}, B {batch}, {from} to {to}",
        [new("input", words * batch, from), new("weights", to, from), new("bias", 1, to)],
        leaves => LinearMap.Of(leaves[0].view(batch, words, from), leaves[1], leaves[2].flatten()),
        numbers => PlainOperations.Linear(numbers[0], numbers[1], numbers[2]));

    /// <summary>Checks reading rows of a table, as frozen vectors are read, some of them several times.</summary>
    private static MatrixCheck RowsOfTable(int rows, int width, int reads)
    {
        int[] places = [.. Enumerable.Range(0, reads).Select(read => read * read % rows)];
        return new(
            "rows of a table", $"{reads} of {rows} rows, width {width}", [new("rows", rows, width)],
            leaves =>
                leaves[0]
                    .index_select(0, tensor(Array.ConvertAll(places, place => (long)place), device: leaves[0].device)),
            numbers => numbers[0].RowsAt(places));
    }

    /// <summary>Checks a trained embedding. Its first row is the pad's: it is read and has no gradient.</summary>
    private static MatrixCheck PaddedEmbedding(int rows, int width, int reads)
    {
        int[] places = [.. Enumerable.Range(0, reads).Select(read => read * read % rows)];
        Embedding? embedding = null;
        return new(
            "embedding", $"{reads} of {rows} rows, width {width}", [new("rows", rows, width)],
            leaves => embedding!.call(tensor(Array.ConvertAll(places, place => (long)place), device: leaves[0].device)),
            numbers =>
            {
                // The same numbers, detached from the gradient.
                var pad = new PlainMatrix(1, width, numbers[0].Values[..width]);
                return PlainMatrix.Stack([.. places.Select(place => place == 0 ? pad : numbers[0].RowsAt(place))]);
            })
        {
            Leaves = values =>
            {
                embedding = nn.Embedding(rows, width, padding_idx: 0).to(values[0].device);
                using var noGrad = no_grad();
                embedding.weight!.copy_(values[0]);
                return [embedding.weight];
            },
        };
    }

    private static MatrixCheck LayerNorm(int rows, int width) => new(
        "layer norm", $"{rows} x {width}",
        [new("input", rows, width, 3), new("weights", 1, width), new("bias", 1, width)],
        leaves => nn.functional.layer_norm(leaves[0], [width], leaves[1].flatten(), leaves[2].flatten(), 1e-12),
        numbers => PlainOperations.LayerNorm(numbers[0], numbers[1], numbers[2], 1e-12));

    private static MatrixCheck Function(
        string name, Func<Tensor, Tensor> library, Func<PlainMatrix, PlainMatrix> plain) => new(
        name, "7 x 33", [new("input", 7, 33, 3)], leaves => library(leaves[0]), numbers => plain(numbers[0]));

    /// <summary>
    /// Checks attention over texts of different lengths in one padded batch, as BERT's layers use it.
    /// </summary>
    /// <param name="products">The numbers of the products; the leaves are float32.</param>
    private static MatrixCheck Attention(
        int words, int batch, int heads, int width, Precision products = Precision.Fp32)
    {
        int[] lengths = [.. Enumerable.Range(0, batch).Select(text => words - text)];
        var (rows, columns) = (batch * words, heads * width);
        return new(
            $"attention{In(products)}", $"T {words}, B {batch}, {heads} heads of {width}",
            [new("queries", rows, columns), new("keys", rows, columns), new("values", rows, columns)],
            leaves =>
            {
                Tensor ByHead(Tensor matrix) =>
                    matrix.to(TypeOf(products)).view(batch, words, heads, width).transpose(1, 2);
                bool[] isThere = [
                    .. lengths.SelectMany(length => Enumerable.Range(0, words).Select(word => word < length))];
                var mask = tensor(isThere, [batch, 1, 1, words], device: leaves[0].device);
                return Models.Attention.Of(ByHead(leaves[0]), ByHead(leaves[1]), ByHead(leaves[2]), mask, dropout: 0)
                    .transpose(1, 2).to(ScalarType.Float32);
            },
            numbers => PlainMatrix.Stack([.. lengths.Select((length, text) =>
            {
                int[] own = [.. Enumerable.Range(text * words, words)];
                return PlainOperations.Attention(
                    numbers[0].RowsAt(own), numbers[1].RowsAt(own), numbers[2].RowsAt(own), heads, length);
            })]))
        { Products = products };
    }

    private static string In(Precision products) => products == Precision.Fp32 ? "" : $" in {Wire.Name(products)}";

    private static ScalarType TypeOf(Precision products) =>
        products == Precision.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32;

    private static MatrixCheck CrossEntropy(int examples, int classes)
    {
        int[] gold = [.. Enumerable.Range(0, examples).Select(example => 5 * example % classes)];
        return new(
            "cross-entropy", $"{examples} x {classes}", [new("logits", examples, classes, 3)],
            leaves => Loss(leaves[0], PackedLabels.OfClasses(classes, gold)),
            numbers => PlainOperations.CrossEntropy(numbers[0], gold));
    }

    private static MatrixCheck BinaryCrossEntropy(int examples, int classes)
    {
        short[][] gold = [
            .. Enumerable.Range(0, examples)
                .Select(example => Enumerable.Range(0, example).Select(label => (short)(4 * label)).ToArray())];
        double[] isGold = [
            .. gold.SelectMany(
                labels => Enumerable.Range(0, classes).Select(label => labels.Contains((short)label) ? 1.0 : 0))];
        return new(
            "binary cross-entropy", $"{examples} x {classes}", [new("logits", examples, classes, 3)],
            leaves => Loss(leaves[0], PackedLabels.Of(LearningTask.MultiLabel, classes, gold)),
            numbers => PlainOperations.BinaryCrossEntropy(numbers[0], isGold));
    }

    private static Tensor Loss(Tensor logits, PackedLabels gold)
    {
        using var labels = new GoldOnDevice(gold, logits.device);
        return TrainingLoss.Of(logits, labels.Of(
            tensor(Enumerable.Range(0, gold.Count).Select(example => (long)example).ToArray(), device: logits.device)));
    }
}
