namespace PieService.Worker.Models;

/// <summary>A tensor of a file, before its values are read.</summary>
/// <param name="IsReal">Of F32, F16 or BF16.</param>
internal sealed record StoredShape(string Name, IReadOnlyList<long> Shape, bool IsReal);

/// <summary>
/// The tensors of a checkpoint's file, taken one after the other by the names of the Hugging Face encoder. Files write them with
/// <c>bert.</c> in front or without, and the oldest ones write gamma and beta for the weight and bias of a LayerNorm.
/// </summary>
internal sealed class BertTensors
{
    private const string Prefix = "bert.";
    private const int MostNamed = 10;

    // Heads of the tasks that a checkpoint was trained for, what a kept model has besides, and a constant that older versions stored.
    private static readonly string[] NotOfTheEncoder = ["cls.", "classifier.", "qa_outputs.", "mask.", "vocabulary"];
    private const string PositionIds = "embeddings.position_ids";

    private readonly string source;
    private readonly Dictionary<string, StoredShape> left = new(StringComparer.Ordinal);
    private readonly List<string> missing = [], misshapen = [];

    /// <param name="source">What messages call the file.</param>
    /// <exception cref="UnusableModelException">It holds a tensor twice.</exception>
    public BertTensors(IEnumerable<StoredShape> tensors, string source)
    {
        this.source = source;
        foreach (var tensor in tensors)
        {
            var name = Canonical(tensor.Name);
            if (name == PositionIds || NotOfTheEncoder.Any(other => name.StartsWith(other, StringComparison.Ordinal))) continue;
            if (!left.TryAdd(name, tensor))
                throw new UnusableModelException($"{source} holds {name} twice: as {left[name].Name} and as {tensor.Name}.");
        }
    }

    /// <summary>
    /// The name that the file has for a tensor of this shape. Null: it has none such, which is kept for <see cref="RequireAllTaken"/>.
    /// </summary>
    public string? Take(string name, params long[] shape)
    {
        if (!left.Remove(name, out var stored)) missing.Add(name);
        else if (!stored.Shape.SequenceEqual(shape)) misshapen.Add($"{name} is {Sides(stored.Shape)}, not {Sides(shape)}");
        else if (!stored.IsReal) misshapen.Add($"{name} is not of F32, F16 or BF16");
        else return stored.Name;
        return null;
    }

    /// <exception cref="UnusableModelException">Not all that was asked for is there, or more than that.</exception>
    public void RequireAllTaken()
    {
        var faults = new[]
        {
            List("lacks", missing),
            List("holds what a BERT of this config.json has not:", [.. left.Values.Select(tensor => tensor.Name)]),
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
