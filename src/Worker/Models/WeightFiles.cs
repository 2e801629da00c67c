using PieService.Domain;
using PieService.Worker.Files;

namespace PieService.Worker.Models;

/// <summary>
/// The files with the weights of a checkpoint: model.safetensors, or several shards and an index that has the shard of
/// each tensor.
/// </summary>
internal static class WeightFiles
{
    public const string Single = "model.safetensors", Index = "model.safetensors.index.json";

    private const string Map = "weight_map", Ending = ".safetensors";

    private const string Convert =
        "convert it in its folder, in Python: import torch, safetensors.torch; safetensors.torch.save_file({name: "
        + "value.clone().contiguous() for name, value in torch.load(\"FILE\", map_location=\"cpu\", weights_only=True)"
        + ".items()}, \"model.safetensors\")";

    /// <summary>
    /// The names of the files of a folder that have its weights, the index first; those that an unreadable index would
    /// have are left out.
    /// </summary>
    public static IReadOnlyList<string> NamesIn(string folder)
    {
        if (!IsSharded(folder)) return [Single];
        try
        {
            return [Index, .. ShardsIn(folder).Keys];
        }
        catch (UnusableModelException)
        {
            // The reading of the checkpoint gives the reason.
            return [Index];
        }
    }

    /// <summary>The files with tensors, in ordinal order of their names.</summary>
    /// <exception cref="UnusableModelException">The index is malformed.</exception>
    public static IReadOnlyList<string> WithTensors(string folder) =>
        IsSharded(folder) ? [.. ShardsIn(folder).Keys] : [Single];

    /// <summary>Requires that the shards have exactly the tensors that the index states.</summary>
    /// <param name="tensors">The names of the tensors of each file of <see cref="WithTensors"/>.</param>
    /// <exception cref="UnusableModelException">A shard lacks a tensor, or has another.</exception>
    public static void RequireAsIndexed(string folder, IReadOnlyDictionary<string, IReadOnlyCollection<string>> tensors)
    {
        if (!IsSharded(folder)) return;
        foreach (var (file, names) in ShardsIn(folder))
        {
            var path = ShownPath.Of(Path.Combine(folder, file));
            var held = tensors[file].ToHashSet(StringComparer.Ordinal);
            if (names.FirstOrDefault(name => !held.Contains(name)) is { } missing)
                throw new UnusableModelException(
                    $"{path} lacks the tensor {missing}, which it has by {Index}; get both files again.");
            if (held.FirstOrDefault(name => !names.Contains(name)) is { } other)
                throw new UnusableModelException(
                    $"{path} has the tensor {other}, which it does not have by {Index}; get both files again.");
        }
    }

    /// <summary>Why a folder without weights that can be read has none, and what to do.</summary>
    public static string WhyMissing(string folder)
    {
        var path = ShownPath.Of(Path.Combine(folder, Single));
        if (Find("pytorch_model*.bin") is { } pickle)
            return $"{path} is missing; the folder has {pickle}, which is not read because it may run any program: "
                + $"{Convert.Replace("FILE", pickle, StringComparison.Ordinal)}.";
        return (Find("tf_model*.h5") ?? Find("flax_model*.msgpack")) is { } other
            ? $"{path} is missing; the folder has {other}, which is not read: take a revision of the model with "
                + "safetensors, or convert it with transformers."
            : $"{path} is missing.";

        string? Find(string pattern) => Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, pattern).Select(Path.GetFileName).Order(StringComparer.Ordinal)
                .FirstOrDefault()
            : null;
    }

    /// <summary>A folder with both has been merged, and the single file takes precedence.</summary>
    private static bool IsSharded(string folder) =>
        !File.Exists(Path.Combine(folder, Single)) && File.Exists(Path.Combine(folder, Index));

    /// <summary>The names of the tensors of each shard.</summary>
    private static SortedDictionary<string, HashSet<string>> ShardsIn(string folder) =>
        ShardsOf(ModelSettings.Read(Path.Combine(folder, Index)));

    /// <summary>The names of the tensors of each shard of an index.</summary>
    /// <exception cref="UnusableModelException">The index is malformed, or a shard is not a file of the
    /// folder.</exception>
    public static SortedDictionary<string, HashSet<string>> ShardsOf(ModelSettings index)
    {
        var map = index.Section(Map) ?? throw index.Refusal(Map, "is missing");
        var shards = new SortedDictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var tensor in map.Names)
        {
            var file = map.Text(tensor, "");
            // The index comes from the hub, and must not lead out of the folder.
            if (!FieldError.IsFileName(file) || !file.EndsWith(Ending, StringComparison.Ordinal))
                throw map.Refusal(tensor, $"is '{file}', not the name of a safetensors file in the folder");
            if (!shards.TryGetValue(file, out var names)) shards.Add(file, names = new(StringComparer.Ordinal));
            names.Add(tensor);
        }
        return shards.Count > 0 ? shards : throw index.Refusal(Map, "has no tensors");
    }
}
