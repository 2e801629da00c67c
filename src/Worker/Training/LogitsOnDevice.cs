using PieService.Worker.Text;
using static TorchSharp.torch;

namespace PieService.Worker.Training;

/// <summary>
/// The logits of a split, gathered on the device batch by batch and read once: each reading would wait for all work
/// that was given to the device.
/// </summary>
internal sealed class LogitsOnDevice(TokenisedSplit split, int classCount, Device device) : IDisposable
{
    private readonly Tensor rows = zeros(split.Count, classCount, device: device).DetachFromDisposeScope();

    /// <summary>Copies a batch's logits (B, C) to the rows of its examples (B).</summary>
    public void Place(Tensor logits, Tensor examples) => rows.index_copy_(0, examples, logits);

    public SplitLogits Read()
    {
        using var scope = NewDisposeScope();
        return new(split.Name, split.Labels, split.Count == 0 ? [] : rows.cpu().data<float>().ToArray());
    }

    public void Dispose() => rows.Dispose();
}
