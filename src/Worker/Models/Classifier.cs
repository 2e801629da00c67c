using PieService.Worker.Text;
using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>
/// The members of a model that training, pruning and evaluation use; its parameters are those of the module, in order.
/// </summary>
public abstract class Classifier(string name) : nn.Module(name)
{
    /// <summary>C, the number of classes.</summary>
    public abstract int ClassCount { get; }

    /// <summary>Logits (B, C) of B texts.</summary>
    public abstract Tensor Logits(IReadOnlyList<TextInput> texts);

    /// <summary>
    /// Whether train mode applies dropout, with the model's own probability; if not, the probability is 0.
    /// </summary>
    public bool DropsOut { get; set; } = true;

    /// <summary>The number of tokens, pads included, in a batch of an evaluation: it bounds the memory.</summary>
    public virtual int MostTokensAtOnce => int.MaxValue;

    /// <summary>Whether pruning may remove weights of the parameter of this name.</summary>
    public abstract bool IsPrunable(string parameter);
}
