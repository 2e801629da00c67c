using static TorchSharp.torch;

namespace PieService.Worker.Training;

/// <summary>
/// The losses of an epoch. On a GPU they are read once, at the end: each reading would wait for all work that was given
/// to it. On the processor each is read at once, so that a training that has diverged ends there.
/// </summary>
/// <param name="epoch">The epoch, 0-based.</param>
/// <param name="count">The number of losses.</param>
/// <param name="readOnce">Whether they are read at the end only.</param>
internal sealed class EpochLosses(int epoch, int count, Device device, bool readOnce) : IDisposable
{
    private readonly float[] known = new float[count];
    private readonly Tensor? gathered = readOnce ? zeros(count, device: device).DetachFromDisposeScope() : null;
    private int next;

    public EpochLosses(int epoch, int count, Device device)
        : this(epoch, count, device, device.type != TorchSharp.DeviceType.CPU)
    {
    }

    /// <param name="loss">A scalar.</param>
    /// <exception cref="UntrainableException">The loss is not a number; it may also be found by <see
    /// cref="Read"/>.</exception>
    public void Add(Tensor loss)
    {
        if (gathered is null) known[next] = Finite(loss.item<float>());
        else gathered.narrow(0, next, 1).copy_(loss.detach());
        next++;
    }

    /// <summary>The losses in their order.</summary>
    /// <exception cref="UntrainableException">A loss is not a number.</exception>
    public float[] Read()
    {
        if (gathered is null) return known;
        using var scope = NewDisposeScope();
        return Array.ConvertAll(gathered.cpu().data<float>().ToArray(), Finite);
    }

    public void Dispose() => gathered?.Dispose();

    private float Finite(float loss) =>
        float.IsFinite(loss) ? loss : throw UntrainableException.Diverged(epoch, loss);
}
