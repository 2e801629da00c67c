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
        using var gold = new GoldOnDevice(train.Labels, model.Device);
        for (var epoch = epochsDone; epoch < totalEpochs; epoch++)
        {
            foreach (var hook in hooks) hook.BeforeEpoch(epoch);
            GiveMemoryBack();
            var trained = TrainEpoch(epoch, gold, heartbeat);
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

    private TrainedEpoch TrainEpoch(int epoch, GoldOnDevice gold, Heartbeat heartbeat)
    {
        manual_seed(order.TorchSeed(epoch));
        model.train();
        int[][][] batches = [.. order.Batches(epoch).Select(batch => parts.Of(batch).ToArray())];
        using var texts = model.OnDevice(train).InOrder(batches.SelectMany(batch => batch).SelectMany(part => part));
        using var losses = new EpochLosses(epoch, batches.Sum(batch => batch.Length), model.Device);
        using var logits = new LogitsOnDevice(train, model.ClassCount, model.Device);
        var first = 0;
        foreach (var batch in batches)
        {
            heartbeat.Beat();
            parameters.ClearGradients();
            var count = batch.Sum(part => part.Length);
            foreach (var part in batch) AddGradients(part.Length, count);
            Step();
        }
        return new(logits.Read(), MeanOfBatches(losses.Read(), batches));

        // Adds the gradients of the share that a part has in the mean loss of its batch of that count.
        void AddGradients(int size, int count)
        {
            using var scope = NewDisposeScope();
            var part = texts.Batch(first, size);
            first += size;
            var found = model.Logits(part);                                                         // (B, C)
            var loss = TrainingLoss.Of(found, gold.Of(part.Examples));
            // The scalar is kept while native code reads it.
            using Scalar share = (double)size / count;
            if (size < count) loss = loss.mul(share);
            loss.backward();
            logits.Place(found.detach(), part.Examples);
            losses.Add(loss);
        }
    }

    /// <summary>One optimizer step on the gradients of a batch.</summary>
    private void Step()
    {
        using var scope = NewDisposeScope();
        parameters.MaskGradients();
        parameters.ClipGradients(MaxGradientNorm);
        optimizer.Step();
        parameters.MaskValues();            // Adam's momentum still changes pruned weights
    }

    /// <summary>The mean of the batch means, unweighted.</summary>
    /// <param name="losses">The share that each part has in the loss of its batch.</param>
    private static double MeanOfBatches(float[] losses, int[][][] batches)
    {
        var (sum, next) = (0.0, 0);
        foreach (var batch in batches)
        {
            var loss = 0.0;
            for (var part = 0; part < batch.Length; part++) loss += losses[next++];
            sum += loss;
        }
        return sum / batches.Length;
    }
}
