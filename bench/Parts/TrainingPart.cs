using PieService.Bench.Reports;
using PieService.Domain;
using PieService.Worker.Pruning;
using PieService.Worker.Training;

namespace PieService.Bench.Parts;

/// <summary>A step of training, an evaluation, and a pruning, each in this process and with one thread.</summary>
internal static class TrainingPart
{
    private const int Rounds = 3, BertBatch = 32, BertTokens = 32;

    /// <param name="checkpoint">The folder of a pretrained BERT; null if there is none.</param>
    public static void Run(string? checkpoint, Action<Measurement> report)
    {
        using (var bilstm = new BiLstmStep())
        {
            report(Alternately.Measure(
                "a training step of the BiLSTM", "tokens/s", bilstm.Tokens, Rounds, bilstm.StepSeconds,
                "its matrix products alone", bilstm.ProductSeconds));
            report(Alternately.Measure(
                "forward and backward of the BiLSTM", "tokens/s", bilstm.Tokens, Rounds, bilstm.GradientSeconds,
                "torch's packed sequences", bilstm.PackedGradientSeconds));
            report(Alternately.Measure(
                "evaluation of the BiLSTM", "tokens/s", bilstm.Tokens, Rounds, bilstm.EvaluationSeconds,
                "torch's packed sequences", bilstm.PackedEvaluationSeconds));
        }
        if (checkpoint is not null)
        {
            using var bert = new FineTuning(checkpoint, BertBatch, BertTokens, threads: 1);
            report(Alternately.Measure(
                "a training step of the BERT", "tokens/s", bert.Tokens, Rounds, bert.StepSeconds,
                "its matrix products alone", bert.ProductSeconds));
        }
        report(Masks());
    }

    /// <summary>One pruning of a tensor by magnitude, beside sorting its weights.</summary>
    private static Measurement Masks()
    {
        const int size = 1_000_000;
        var random = KeyedRandom.For("bench", "masks");
        float[] weights = [
            .. Enumerable.Range(0, size).Select(_ => (float)((random.NextInt(1 << 24) / (double)(1 << 24)) - 0.5))];
        var (full, key) = (Mask.Full(size), new PruningKey(Seed: 0, Step: 1, "weights"));
        return Alternately.Measure(
            "a pruning by magnitude", "weights/s", size, Rounds,
            () => Measured.Seconds(
                () => LowestScores.Prune(full, WeightImportance.Magnitude(weights), weights, size / 2, key)),
            "a sort of the magnitudes",
            () => Measured.Seconds(() => Array.Sort(Array.ConvertAll(weights, Math.Abs))));
    }
}
