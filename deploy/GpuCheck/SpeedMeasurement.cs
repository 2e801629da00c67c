using System.Diagnostics;
using PieService.Domain.Recipes;
using PieService.Worker.Machines;
using PieService.Worker.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PieService.GpuCheck;

/// <summary>The speed of the training loop of the trainers, with everything that it does for a batch.</summary>
internal sealed class SpeedMeasurement(TrainerSettings settings, Sizes sizes)
{
    private const int WarmUp = 3, MostSteps = 500;

    public static IEnumerable<(Architecture Architecture, Precision Precision)> On(Device device)
    {
        yield return (Architecture.BiLstm, Precision.Fp32);
        if (device.type != DeviceType.CPU) yield return (Architecture.BiLstm, Precision.Tf32);
        yield return (Architecture.Bert, Precision.Fp32);
        if (device.type != DeviceType.CPU) yield return (Architecture.Bert, Precision.Tf32);
        yield return (Architecture.Bert, Precision.Bf16);
    }

    /// <exception cref="System.Runtime.InteropServices.ExternalException">The device lacks memory, for
    /// example.</exception>
    public double TokensPerSecond(Architecture architecture, Precision precision)
    {
        var own = architecture == Architecture.BiLstm ? sizes.BiLstm : sizes.Bert;
        var machine = settings.Prepare(precision);
        using var scope = NewDisposeScope();
        using var model = RandomModel.Of(architecture, own, precision, machine.Device);
        using var parameters = new ParameterBuffer(model);
        using var optimizer = new Adam(parameters, learningRate: 1e-5);
        var texts = RandomModel.Texts(own, own.Batch);
        int[] batch = [.. Enumerable.Range(0, own.Batch)];
        var steps = WarmUp;
        var order = new TrainingOrder(
            0, epoch => epoch, _ => [.. Enumerable.Repeat(batch, steps)], _ => [], _ => 0);
        var trainer = new Trainer(model, parameters, optimizer, texts, order);
        trainer.Run(0, 1, [], Heartbeat.None);
        var seconds = Seconds(trainer, epoch: 1);
        // An epoch ends when the device has computed all of it, since its logits are read.
        steps = Math.Clamp((int)(sizes.Seconds / (seconds / WarmUp)), WarmUp, MostSteps);
        return (double)steps * own.Batch * own.Tokens / Seconds(trainer, epoch: 2);
    }

    private static double Seconds(Trainer trainer, int epoch)
    {
        var watch = Stopwatch.StartNew();
        trainer.Run(epoch, epoch + 1, [], Heartbeat.None);
        return watch.Elapsed.TotalSeconds;
    }
}
