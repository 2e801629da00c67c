using PieService.Worker.Text;
using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>What training, pruning and evaluation need to know of a model; its parameters are the module's, in order.</summary>
public abstract class Classifier(string name) : nn.Module(name)
{
    /// <summary>C.</summary>
    public abstract int ClassCount { get; }

    /// <summary>Logits (B, C) of B texts.</summary>
    public abstract Tensor Logits(IReadOnlyList<TextInput> texts);

    /// <summary>Whether train mode drops units out, by the model's own probability; off, it is 0.</summary>
    public bool DropsOut { get; set; } = true;

    /// <summary>Tokens, pads included, that an evaluation gives it at once: what bounds its memory.</summary>
    public virtual int MostTokensAtOnce => int.MaxValue;

    /// <summary>Whether pruning may remove weights of the parameter of this name (study 1.4).</summary>
    public abstract bool IsPrunable(string parameter);
}
