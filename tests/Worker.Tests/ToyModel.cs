using PieService.Worker.Models;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Tests;

/// <summary>A small model for <see cref="Toy.Dataset"/>, with all objects that training needs.</summary>
internal sealed class ToyModel : IDisposable
{
    public ToyModel()
    {
        manual_seed(11);
        Model = new BiLstmClassifier(
            InputVectors.Trained(Toy.Dataset(), maxLength: 14, dimensions: 8), hiddenSize: 6, classCount: 3, CPU);
        Parameters = new(Model);
        Optimizer = new(Parameters, 0.01);
    }

    public Classifier Model { get; }

    public ParameterBuffer Parameters { get; }

    public Adam Optimizer { get; }

    public void Dispose()
    {
        Optimizer.Dispose();
        Parameters.Dispose();
        Model.Dispose();
    }
}
