using PieService.Worker.Text;
using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>
/// The members of a model that training, pruning and evaluation use; its parameters are those of the module, in order.
/// </summary>
public abstract class Classifier(string name) : nn.Module(name)
{
    // The same texts are the same object: to compare their tokens would take longer than it saves.
    private readonly Dictionary<TokenisedSplit, TextsOnDevice> splits = new(ReferenceEqualityComparer.Instance);

    /// <summary>C, the number of classes.</summary>
    public abstract int ClassCount { get; }

    /// <summary>The device of the parameters.</summary>
    public abstract Device Device { get; }

    /// <summary>Logits (B, C) of B texts.</summary>
    public abstract Tensor Logits(TextBatch texts);

    /// <summary>Logits (B, C) of B texts that are copied to the device for this call.</summary>
    public Tensor Logits(IReadOnlyList<TextInput> texts)
    {
        using var placed = Place(texts);
        using var order = placed.InOrder(Enumerable.Range(0, texts.Count));
        return Logits(order.Batch(0, texts.Count));
    }

    /// <summary>
    /// The texts of a split on the device: they are copied at the first call and stay there as long as the model.
    /// </summary>
    public TextsOnDevice OnDevice(TokenisedSplit split)
    {
        if (!splits.TryGetValue(split, out var texts))
            splits.Add(split, texts = Place(Enumerable.Range(0, split.Count).Select(split.Text)));
        return texts;
    }

    /// <summary>
    /// Whether train mode applies dropout, with the model's own probability; if not, the probability is 0.
    /// </summary>
    public bool DropsOut { get; set; } = true;

    /// <summary>The number of tokens, pads included, in a batch of an evaluation: it bounds the memory.</summary>
    public virtual int MostTokensAtOnce => int.MaxValue;

    /// <summary>Whether pruning may remove weights of the parameter of this name.</summary>
    public abstract bool IsPrunable(string parameter);

    /// <summary>Copies texts to the device, in the numbers that the model reads.</summary>
    protected internal abstract TextsOnDevice Place(IEnumerable<TextInput> texts);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            foreach (var texts in splits.Values) texts.Dispose();
        base.Dispose(disposing);
    }
}
