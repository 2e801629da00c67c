using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>Examples in an order, such as that of an epoch, of which batches are consecutive parts.</summary>
public sealed class TextOrder : IDisposable
{
    private readonly TextsOnDevice texts;
    private readonly int[] examples;
    private readonly Tensor order;

    internal TextOrder(TextsOnDevice texts, int[] examples)
    {
        (this.texts, this.examples) = (texts, examples);
        order = tensor(Array.ConvertAll(examples, example => (long)example), device: texts.Device)
            .DetachFromDisposeScope();
    }

    /// <summary>The texts of so many examples.</summary>
    /// <param name="first">The place of the first one in the order.</param>
    public TextBatch Batch(int first, int count) =>
        new(texts, order.narrow(0, first, count), count, texts.Longest(examples.AsSpan(first, count)));

    public void Dispose() => order.Dispose();
}

/// <summary>Some texts of a split, on the device of the model that reads them.</summary>
/// <param name="Examples">(B), Int64: their positions in the split.</param>
/// <param name="Count">B, the number of texts.</param>
/// <param name="Longest">The length of the longest text; at least 1.</param>
public sealed record TextBatch(TextsOnDevice Texts, Tensor Examples, int Count, int Longest);
