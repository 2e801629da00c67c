using PieService.Worker.Models;
using PieService.Worker.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace PieService.Worker.Training;

/// <summary>
/// The training loop. Pruning, checkpoints and reports are hooks, and the order of the examples is an
/// input.
/// </summary>
/// <param name="parts">The number of examples that are computed at once, if memory is too small for a batch.</param>
public sealed class Trainer(
    Classifier model, ParameterBuffer parameters, Adam optimizer, TokenisedSplit train, TrainingOrder order,
    MicroBatch parts = default)
{
    private const double MaxGradientNorm = 1.0;
    private const long WorthCollecting = 64 << 20;

    /// <exception cref="UntrainableException">The loss is not a number.</exception>
    public void Run(int epochsDone, int totalEpochs, IReadOnlyList<ITrainingHook> hooks, Heartbeat heartbeat)
    {
        for (var epoch = epochsDone; epoch < totalEpochs; epoch++)
        {
            foreach (var hook in hooks) hook.BeforeEpoch(epoch);
            GiveMemoryBack();
            var trained = TrainEpoch(epoch, heartbeat);
            foreach (var hook in hooks) hook.AfterEpoch(epoch + 1, trained);
        }
        foreach (var hook in hooks) hook.BeforeEpoch(totalEpochs);
    }

    /// <summary>
    /// A large model leaves copies of itself in memory: as a file, as a checkpoint, as scores of a pruning. The garbage
    /// collector does not count the memory of the tensors or the free memory, and would not collect the copies.
    /// </summary>
    private static void GiveMemoryBack()
    {
        if (GC.GetTotalMemory(forceFullCollection: false) > WorthCollecting)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
    }

    private TrainedEpoch TrainEpoch(int epoch, Heartbeat heartbeat)
    {
        manual_seed(order.TorchSeed(epoch));
        model.train();
        var scores = new SplitLogits(train.Name, train.Labels);
        var (batches, lossSum) = (order.Batches(epoch), 0.0);
        foreach (var batch in batches)
        {
            heartbeat.Beat();
            var loss = Step(batch, scores);
            if (!double.IsFinite(loss)) throw UntrainableException.Diverged(epoch, loss);
            lossSum += loss;
        }
        return new(scores, lossSum / batches.Count);
    }

    /// <summary>One optimizer step on the mean loss of a batch.</summary>
    private double Step(int[] batch, SplitLogits scores)
    {
        parameters.ClearGradients();
        var loss = 0.0;
        foreach (var part in parts.Of(batch)) loss += AddGradients(part, batch.Length, scores);
        using var scope = NewDisposeScope();
        parameters.MaskGradients();
        parameters.ClipGradients(MaxGradientNorm);
        optimizer.Step();
        parameters.MaskValues();            // Adam's momentum still changes pruned weights
        return loss;
    }

    /// <summary>Adds the gradients of the share that a part has in the mean loss of its batch.</summary>
    /// <param name="count">The number of examples of the batch.</param>
    /// <returns>That share of the loss.</returns>
    private float AddGradients(int[] part, int count, SplitLogits scores)
    {
        using var scope = NewDisposeScope();
        var logits = model.Logits(Array.ConvertAll(part, train.Text));                              // (B, C)
        var loss = TrainingLoss.Of(logits, train.Labels, part);
        // The scalar is kept while native code reads it.
        using Scalar share = (double)part.Length / count;
        if (part.Length < count) loss = loss.mul(share);
        loss.backward();
        Evaluation.Place(logits.detach(), part, scores);
        return loss.item<float>();
    }
}
