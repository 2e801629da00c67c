using PieService.Domain.Recipes;
using PieService.Worker.Machines;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.GpuCheck;

/// <summary>Trains the same twice and compares all bits.</summary>
internal sealed class Twice(TrainerSettings settings)
{
    private const int Epochs = 3, Examples = 256, Batch = 32;

    private static readonly ModelSizes BiLstm = new(Batch, 20, 1000, 100, 100, 2), Bert =
        new(Batch, 40, 1000, 96, 384, 2, 4);

    public Found Compare(Architecture architecture)
    {
        var (first, second) = (Train(architecture), Train(architecture));
        var different = first.Zip(second).Count(pair => !pair.First.Equals(pair.Second));
        return Found.Of(
            different == 0,
            $"{different} of {first.Length} parameters differ after {Epochs} epochs of the same training");
    }

    private float[] Train(Architecture architecture)
    {
        var sizes = architecture == Architecture.BiLstm ? BiLstm : Bert;
        using var scope = NewDisposeScope();
        using var model = RandomModel.Of(architecture, sizes, Precision.Fp32, settings.Prepare().Device);
        using var parameters = new ParameterBuffer(model);
        using var optimizer = new Adam(parameters, learningRate: 1e-3);
        var order = new TrainingOrder(
            0, epoch => epoch, _ => [.. Enumerable.Range(0, Examples).Chunk(Batch)], _ => [], _ => 0);
        new Trainer(model, parameters, optimizer, RandomModel.Texts(sizes, Examples), order)
            .Run(0, Epochs, [], Heartbeat.None);
        return parameters.CopyValues();
    }
}
