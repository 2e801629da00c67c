using PieService.Worker.Files;

namespace PieService.Worker.Models;

/// <summary>A tensor of a file whose values are not read yet.</summary>
/// <param name="IsReal">Whether its type is F32, F16 or BF16.</param>
internal sealed record StoredShape(string Name, IReadOnlyList<long> Shape, bool IsReal);

/// <summary>
/// The tensors of a checkpoint's file, which the model's modules take one after the other by the names of the Hugging
/// Face encoder. Files store them with or without the prefix <c>bert.</c>, and the oldest ones call the weight and bias
/// of a LayerNorm gamma and beta.
/// </summary>
internal sealed class BertTensors
{
    private const string Prefix = "bert.";
    private const int MostNamed = 10;

    // These are the heads of the tasks that a checkpoint was trained for, the other tensors of a kept model, and a
    // constant of older versions.
    private static readonly string[] NotOfTheEncoder = ["cls.", "classifier.", "qa_outputs.", "mask.", "vocabulary"];
    private const string PositionIds = "embeddings.position_ids", Pooler = "pooler.";

    private readonly string source;
    private readonly Dictionary<string, StoredShape> left = new(StringComparer.Ordinal);
    private readonly List<string> missing = [], misshapen = [];

    /// <param name="source">The name of the file in messages.</param>
    /// <exception cref="UnusableModelException">The file has a tensor twice.</exception>
    public BertTensors(IEnumerable<StoredShape> tensors, string source)
    {
        this.source = source;
        foreach (var tensor in tensors)
        {
            var name = Canonical(tensor.Name);
            if (name == PositionIds || NotOfTheEncoder.Any(other => name.StartsWith(other, StringComparison.Ordinal)))
                continue;
            if (!left.TryAdd(name, tensor))
                throw new UnusableModelException(
                    $"{source} holds {name} twice: as {left[name].Name} and as {tensor.Name}.");
        }
    }

    /// <summary>Whether any tensor of the pooler is left; without its other tensors it is damaged.</summary>
    public bool HavePooler => left.Keys.Any(IsOfPooler);

    public static bool IsOfPooler(string name) => name.StartsWith(Pooler, StringComparison.Ordinal);

    /// <summary>
    /// The file's name for a tensor of this shape. Null if there is no such tensor; <see cref="RequireAllTaken"/> then
    /// reports it.
    /// </summary>
    public string? Take(string name, params long[] shape)
    {
        if (!left.Remove(name, out var stored)) missing.Add(name);
        else if (!stored.Shape.SequenceEqual(shape))
            misshapen.Add($"{name} is {Sides(stored.Shape)}, not {Sides(shape)}");
        else if (!stored.IsReal) misshapen.Add($"{name} is not of F32, F16 or BF16");
        else return stored.Name;
        return null;
    }

    /// <exception cref="UnusableModelException">A requested tensor is missing, or the file has others.</exception>
    public void RequireAllTaken()
    {
        var faults = new[]
        {
            List("lacks", missing),
            List(
                "has tensors that a BERT of this config.json does not have:",
                [.. left.Values.Select(tensor => tensor.Name)]),
            List("does not fit config.json:", misshapen),
        };
        if (Array.Exists(faults, fault => fault.Length > 0))
            throw new UnusableModelException(
                $"{source} {string.Join("; it ", faults.Where(fault => fault.Length > 0))}.");

        static string List(string what, List<string> names) => names.Count == 0 ? ""
            : $"{what} {string.Join(", ", names.Take(MostNamed))}"
                + (names.Count > MostNamed ? $" and {names.Count - MostNamed} more" : "");
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
