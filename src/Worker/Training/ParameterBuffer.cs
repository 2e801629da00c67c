using PieService.Domain.Runs;
using PieService.Worker.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace PieService.Worker.Training;

/// <summary>
/// All parameters of a model in one flat float32 tensor and all gradients in another, so that masking, clipping, Adam
/// and checkpoints are one operation instead of one per parameter. The model's own parameters are views of it: never
/// call zero_grad on the model, which would detach the gradients, and never move the model to another device.
/// </summary>
public sealed class ParameterBuffer : IDisposable
{
    // Every parameter begins at a multiple of 64 bytes, like torch's own tensors. The floats in between stay zero.
    private const int Alignment = 16;

    private readonly Dictionary<string, Mask> masks = new(StringComparer.Ordinal);
    private Tensor? kept;

    public ParameterBuffer(Classifier model)
    {
        var parameters = model.named_parameters().ToList();
        var segments = new List<Segment>();
        var offset = 0;
        foreach (var (name, parameter) in parameters)
        {
            var size = checked((int)parameter.numel());
            segments.Add(new(name, parameter.shape, offset, size, model.IsPrunable(name)));
            offset += (size + Alignment - 1) / Alignment * Alignment;
        }
        Segments = segments;
        foreach (var segment in segments.Where(segment => segment.IsPrunable))
            masks.Add(segment.Name, Mask.Full(segment.Size));

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var device = parameters[0].parameter.device;
        Values = zeros(offset, device: device).DetachFromDisposeScope();
        Gradients = zeros(offset, device: device).DetachFromDisposeScope();
        foreach (var ((_, parameter), segment) in parameters.Zip(segments))
        {
            ViewOf(Values, segment).copy_(parameter);
            parameter.set_(ViewOf(Values, segment));
            parameter.grad = ViewOf(Gradients, segment);
        }
    }

    /// <summary>The place of one parameter.</summary>
    public sealed record Segment(string Name, long[] Shape, int Offset, int Size, bool IsPrunable);

    /// <summary>The parameters in the model's order.</summary>
    public IReadOnlyList<Segment> Segments { get; }

    /// <summary>
    /// The parameters as a flat tensor on the model's device. Whoever writes to it calls <see cref="Changed"/>.
    /// </summary>
    public Tensor Values { get; }

    /// <summary>Another number after each change of the parameters.</summary>
    public long Version { get; private set; }

    /// <summary>The gradients as a flat tensor on the model's device; backward adds to it.</summary>
    public Tensor Gradients { get; }

    /// <summary>The masks of the prunable parameters, by name.</summary>
    public IReadOnlyDictionary<string, Mask> Masks => masks;

    public PrunableWeights Prunable =>
        new(masks.Values.Sum(mask => (long)mask.Size), masks.Values.Sum(mask => (long)mask.Kept));

    /// <summary>Replaces the masks and sets the weights that they prune to zero.</summary>
    /// <exception cref="ArgumentException">A mask belongs to another tensor, or restores a pruned weight.</exception>
    public void Prune(IReadOnlyDictionary<string, Mask> newMasks)
    {
        foreach (var (name, mask) in newMasks)
        {
            if (!masks.TryGetValue(name, out var old) || !mask.IsWithin(old))
                throw new ArgumentException($"The mask of {name} restores a pruned weight.", nameof(newMasks));
            masks[name] = mask;
        }
        var flat = new float[Values.numel()];
        Array.Fill(flat, 1);
        foreach (var segment in Segments.Where(segment => segment.IsPrunable))
        {
            var values = masks[segment.Name].Values.Span;
            for (var i = 0; i < values.Length; i++) flat[segment.Offset + i] = values[i];
        }
        kept?.Dispose();
        kept = tensor(flat, device: Values.device).DetachFromDisposeScope();
        MaskValues();
    }

    /// <summary>Records that the parameters have changed.</summary>
    public void Changed() => Version++;

    /// <summary>Sets the pruned weights to zero again.</summary>
    public void MaskValues()
    {
        using var noGrad = no_grad();
        if (kept is null) return;
        Values.mul_(kept);
        Changed();
    }

    /// <summary>Sets the gradients of pruned weights to zero.</summary>
    public void MaskGradients()
    {
        if (kept is not null) Gradients.mul_(kept);
    }

    /// <summary>
    /// Scales all gradients by min(1, maxNorm / (norm + 1e-6)), where norm is the norm of all of them together.
    /// </summary>
    public void ClipGradients(double maxNorm)
    {
        using var scope = NewDisposeScope();
        // The scalar is kept to the end: a Scalar without a reference may be finalised while native code still reads
        // it.
        using Scalar most = maxNorm, epsilon = 1e-6, one = 1.0;
        Gradients.mul_(Gradients.norm().add_(epsilon, alpha: one).reciprocal_().mul_(most).clamp_max_(one));
    }

    public void ClearGradients()
    {
        using var scope = NewDisposeScope();            // zero_ returns a new wrapper
        Gradients.zero_();
    }

    /// <summary>Returns a copy of all parameters, which can be read or loaded again.</summary>
    public float[] CopyValues() => ToArray(Values);

    public float[] CopyGradients() => ToArray(Gradients);

    /// <param name="values">The values as <see cref="CopyValues"/> returned them.</param>
    public void SetValues(float[] values)
    {
        Fill(Values, values);
        Changed();
    }

    /// <param name="values">Every parameter by its name, row-major.</param>
    /// <exception cref="ArgumentException">A parameter is missing, superfluous or of another size.</exception>
    public void SetValues(IReadOnlyDictionary<string, float[]> values)
    {
        if (values.Keys.Except(Segments.Select(segment => segment.Name)).FirstOrDefault() is { } unknown)
            throw new ArgumentException($"The model has no parameter {unknown}.", nameof(values));
        var flat = new float[Values.numel()];
        foreach (var segment in Segments)
        {
            if (!values.TryGetValue(segment.Name, out var given) || given.Length != segment.Size)
                throw new ArgumentException($"{segment.Name} needs {segment.Size} values.", nameof(values));
            given.CopyTo(flat, segment.Offset);
        }
        SetValues(flat);
    }

    public void Dispose()
    {
        Values.Dispose();
        Gradients.Dispose();
        kept?.Dispose();
    }

    /// <summary>A copy of a flat tensor on any device.</summary>
    internal static float[] ToArray(Tensor flat)
    {
        using var scope = NewDisposeScope();
        return flat.cpu().data<float>().ToArray();
    }

    internal static void Fill(Tensor flat, float[] values)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        flat.copy_(tensor(values));
    }

    private static Tensor ViewOf(Tensor flat, Segment segment) =>
        flat.narrow(0, segment.Offset, segment.Size).view(segment.Shape);
}
