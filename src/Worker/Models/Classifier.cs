using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>What training, pruning and evaluation need to know of a model; its parameters are the module's, in order.</summary>
public abstract class Classifier(string name) : nn.Module(name)
{
    /// <summary>C.</summary>
    public abstract int ClassCount { get; }

    /// <summary>Logits (B, C) of B texts, given as word numbers.</summary>
    public abstract Tensor Logits(IReadOnlyList<ReadOnlyMemory<int>> texts);

    /// <summary>Whether pruning may remove weights of the parameter of this name (study 1.4).</summary>
    public abstract bool IsPrunable(string parameter);
}
