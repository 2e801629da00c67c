using PieService.Worker.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>
/// The pretrained values of a BERT, which its modules take one after the other. Names are compared as the Hugging Face
/// encoder has them: files write them with <c>bert.</c> in front or without, and the oldest ones write gamma and beta for
/// the weight and bias of a LayerNorm.
/// </summary>
public sealed class BertWeights
{
    public const string FileName = "model.safetensors";

    private const string Prefix = "bert.";
    private const int MostNamed = 10;

    // Heads of the tasks that a checkpoint was trained for, what a kept model has besides, and a constant that older versions stored.
    private static readonly string[] NotOfTheEncoder = ["cls.", "classifier.", "qa_outputs.", "mask.", "vocabulary"];
    private const string PositionIds = "embeddings.position_ids";

    private readonly string source;
    private readonly SafeTensors tensors;
    private readonly Dictionary<string, string> storedNames = new(StringComparer.Ordinal);
    private readonly List<string> missing = [], misshapen = [];

    /// <param name="source">What messages call it.</param>
    /// <exception cref="UnusableModelException">It holds a tensor twice.</exception>
    public BertWeights(SafeTensors tensors, string source)
    {
        (this.tensors, this.source) = (tensors, source);
        foreach (var stored in tensors.Names)
        {
            var name = Canonical(stored);
            if (name == PositionIds || NotOfTheEncoder.Any(other => name.StartsWith(other, StringComparison.Ordinal))) continue;
            if (!storedNames.TryAdd(name, stored))
                throw new UnusableModelException($"{source} holds {name} twice: as {storedNames[name]} and as {stored}.");
        }
    }

    /// <exception cref="UnusableModelException">The file is missing or malformed.</exception>
    public static BertWeights Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return new(SafeTensors.Read(path), path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UnusableModelException($"{path} cannot be read: {unreadable.Message}", unreadable);
        }
        catch (InvalidDataException malformed)
        {
            throw new UnusableModelException(malformed.Message, malformed);
        }
    }

    /// <summary>The values of a name, which must have this shape. What is wrong is kept for <see cref="RequireAllTaken"/>.</summary>
    internal Parameter Take(string name, Device device, params long[] shape)
    {
        if (!storedNames.Remove(name, out var stored)) missing.Add(name);
        else if (!tensors.Shape(stored).SequenceEqual(shape)) misshapen.Add($"{name} is {Sides(tensors.Shape(stored))}, not {Sides(shape)}");
        else if (!tensors.Is<float>(stored)) misshapen.Add($"{name} is not of F32, F16 or BF16");
        else return nn.Parameter(tensor(tensors.Get<float>(stored), shape, device: device));
        return nn.Parameter(zeros(1));          // never computed with
    }

    /// <exception cref="UnusableModelException">Not all that was asked for is there, or more than that.</exception>
    internal void RequireAllTaken()
    {
        var faults = new[]
        {
            List("lacks", missing),
            List("holds what a BERT of this config.json has not:", [.. storedNames.Values]),
            List("does not fit config.json:", misshapen),
        };
        if (Array.Exists(faults, fault => fault.Length > 0))
            throw new UnusableModelException($"{source} {string.Join("; it ", faults.Where(fault => fault.Length > 0))}.");

        static string List(string what, List<string> names) => names.Count == 0 ? ""
            : $"{what} {string.Join(", ", names.Take(MostNamed))}{(names.Count > MostNamed ? $" and {names.Count - MostNamed} more" : "")}";
    }

    private static string Canonical(string stored)
    {
        var name = stored.StartsWith(Prefix, StringComparison.Ordinal) ? stored[Prefix.Length..] : stored;
        return name.EndsWith(".LayerNorm.gamma", StringComparison.Ordinal) ? name[..^"gamma".Length] + "weight"
            : name.EndsWith(".LayerNorm.beta", StringComparison.Ordinal) ? name[..^"beta".Length] + "bias"
            : name;
    }

    private static string Sides(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
