using PieService.Worker.Files;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>The pretrained values of a BERT, which its modules take one after the other.</summary>
public sealed class BertWeights
{
    public const string FileName = "model.safetensors";

    private readonly SafeTensors tensors;
    private readonly BertTensors names;
    private readonly string source;

    /// <param name="source">The name of the file in messages.</param>
    /// <exception cref="UnusableModelException">The file has a tensor twice.</exception>
    public BertWeights(SafeTensors tensors, string source) => (this.tensors, this.source, names) = (
        tensors, source,
        new BertTensors(
            tensors.Names.Select(name => new StoredShape(name, tensors.Shape(name), tensors.Is<float>(name))), source));

    /// <exception cref="UnusableModelException">The file is missing or malformed.</exception>
    public static BertWeights Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return new(SafeTensors.Read(path), ShownPath.Of(path));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw UnusableModelException.Unreadable(path, unreadable);
        }
        catch (InvalidDataException malformed)
        {
            throw new UnusableModelException(ShownPath.In(malformed.Message, path), malformed);
        }
    }

    /// <summary>
    /// Returns the values of a name, which must have this shape; if they do not, <see cref="RequireAllTaken"/> reports
    /// it.
    /// </summary>
    /// <exception cref="UnusableModelException">A value is not finite: the training would diverge, and its error
    /// message would wrongly name the learning rate.</exception>
    internal Parameter Take(string name, Device device, params long[] shape) => names.Take(name, shape) is { } stored
        ? nn.Parameter(tensor(Finite(name, tensors.Get<float>(stored)), shape, device: device))
        : nn.Parameter(zeros(1));               // never used in a computation

    /// <exception cref="UnusableModelException">A requested tensor is missing, or the file has others.</exception>
    internal void RequireAllTaken() => names.RequireAllTaken();

    private float[] Finite(string name, float[] values) => Array.TrueForAll(values, float.IsFinite) ? values
        : throw new UnusableModelException($"{source}: {name} holds NaN or an infinite value.");
}
