using System.Diagnostics;
using System.Globalization;
using PieService.Bench;
using PieService.Domain;
using PieService.Worker.Models;
using PieService.Worker.Text;
using static TorchSharp.torch;

// bench FOLDER [BATCH [TOKENS [THREADS]]]: fine-tuning of that checkpoint instead.
if (args is [var folder, .. var sizes])
{
    var (batch, length, threads) = (Size(0, otherwise: 32), Size(1, otherwise: 64), Size(2, otherwise: 1));
    FineTuning.RunSteps(folder, batch, length, threads);
    FineTuning.RunWhole(folder, batch, length, threads);
    return;

    int Size(int place, int otherwise) => place < sizes.Length ? int.Parse(sizes[place], CultureInfo.InvariantCulture) : otherwise;
}

// One training step of the study's BiLSTM on the CPU, against two baselines of the same run: the same model with torch's
// packed sequences, and matrix products of the model's own shapes. Ratios carry over between machines, times don't.
const int Batch = 256, Width = 100, Hidden = 100, Words = 8_000;
set_num_threads(1);
manual_seed(0);

var texts = Texts();
var tokens = texts.Sum(text => text.Tokens.Length);
var table = randn(Words, Width);
var input = new InputVectors([.. Enumerable.Range(0, Words)], Words, Width, [.. table.data<float>()]);
using var model = new BiLstmClassifier(input, Hidden, 3, CPU);
using var packed = new PackedBiLstm(table, Hidden, 3);
using var a = randn(Batch, 2 * Width);
using var b = randn(2 * Width, 4 * Hidden);

var ours = MedianSeconds(() => Backward(model.Logits(texts)));
var baseline = MedianSeconds(() => Backward(packed.Logits(texts)));
var product = MedianSeconds(() => a.mm(b).Dispose());

var parameters = model.parameters().Sum(parameter => parameter.numel());
var (flops, peak) = (6.0 * parameters * tokens / ours, 2.0 * Batch * 2 * Width * 4 * Hidden / product);
Say($"forward and backward, batch {Batch}, {tokens / (double)Batch:F1} tokens a text, 1 thread");
Say($"  two LSTMs a layer    {1000 * ours,8:F0} ms   {tokens / ours,8:F0} tokens/s");
Say($"  packed sequences     {1000 * baseline,8:F0} ms   ratio {baseline / ours:F2}");
Say($"  matrix products      {peak / 1e9,8:F1} GFLOP/s; the training step reaches {flops / 1e9:F1} = {flops / peak:P0} of it");

static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

static TextInput[] Texts()
{
    var random = KeyedRandom.For("bench");
    // As batches are made: texts of similar length, around SNLI's mean of 24.
    return [.. Enumerable.Range(0, Batch).Select(_ => new TextInput(Enumerable.Range(0, 22 + random.NextInt(5)).Select(_ => random.NextInt(Words)).ToArray()))];
}

static void Backward(Tensor logits)
{
    using var labels = zeros(logits.shape[0], dtype: ScalarType.Int64);
    nn.functional.cross_entropy(logits, labels).backward();
}

static double MedianSeconds(Action step)
{
    var seconds = new List<double>();
    for (var i = 0; i < 23; i++)
    {
        using var scope = NewDisposeScope();
        var start = Stopwatch.GetTimestamp();
        step();
        if (i >= 3) seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds); // the first ones warm up
    }
    seconds.Sort();
    return seconds[seconds.Count / 2];
}
