using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Worker.Files;
using PieService.Worker.Machines;
using PieService.Worker.Pruning;
using PieService.Worker.Training;

namespace PieService.Worker.Runs;

/// <summary>
/// The run of a checkpoint and the conditions under which it was made: all must match for a training to resume bit for
/// bit.
/// </summary>
/// <param name="VectorsSha256">The hash of the word vectors' source file, of which the recipe has only the name; null
/// if the run has no word vectors.</param>
/// <param name="PretrainedSha256">The hash of the checkpoint that a BERT started from, of which the recipe has only the
/// name; null for other models.</param>
/// <param name="MicroBatch">The number of examples that were computed at once, which decides the last bits; null for
/// whole batches.</param>
public sealed record CheckpointIdentity(
    string RecipeFingerprint, int Seed, string? VectorsSha256, Machine Machine, string? PretrainedSha256 = null,
    int? MicroBatch = null);

/// <summary>
/// A training at the end of an epoch, before any pruning that follows: parameters, masks, Adam's state, and the record
/// of earlier prunings. Initial weights and random numbers are not stored: both follow from the seed, and pretrained
/// weights are in their own file.
/// </summary>
public static class Checkpoint
{
    private const string Format = "pie-checkpoint/1", Prunings = "prunings", Gpu = "gpu", MicroBatch = "microBatch";

    /// <summary>A checkpoint without these conditions was made on a processor, or from whole batches.</summary>
    private static readonly string[] OnlyIfSet = [Gpu, MicroBatch];

    /// <summary>Writes the file; it is complete on the disk when this returns.</summary>
    /// <param name="threshold">The threshold for multi-label data, tuned after the epoch; null for single-label
    /// data.</param>
    public static CheckpointFile Save(
        string folder, CheckpointIdentity identity, int epochsDone, ParameterBuffer parameters, Adam optimizer,
        PruningRecord prunings, double? threshold = null)
    {
        var file = new SafeTensors();
        foreach (var (key, value) in Metadata(identity)) file.Metadata[key] = value;
        file.Metadata["epochsDone"] = epochsDone.ToString(CultureInfo.InvariantCulture);
        file.Metadata["adam.steps"] = optimizer.Steps.ToString(CultureInfo.InvariantCulture);
        file.Metadata[Prunings] = Json.Write(prunings.Prunings);
        if (threshold is { } tuned) file.Metadata["threshold"] = tuned.ToString("R", CultureInfo.InvariantCulture);
        var (values, (first, second)) = (parameters.CopyValues(), optimizer.CopyMoments());
        foreach (var segment in parameters.Segments)
        {
            file.Add(segment.Name, Part(values, segment), segment.Shape);
            file.Add($"adam.first.{segment.Name}", Part(first, segment), segment.Shape);
            file.Add($"adam.second.{segment.Name}", Part(second, segment), segment.Shape);
            if (segment.IsPrunable)
                file.Add($"mask.{segment.Name}", parameters.Masks[segment.Name].Values, segment.Shape);
        }
        Directory.CreateDirectory(folder);
        var path = Path.GetFullPath(Path.Combine(folder, $"checkpoint-{epochsDone:D4}.safetensors"));
        return new(path, file.Write(path), epochsDone);
    }

    /// <summary>
    /// Loads a checkpoint's state into <paramref name="parameters"/>, <paramref name="optimizer"/> and <paramref
    /// name="prunings"/>.
    /// </summary>
    /// <returns>Null if the state was loaded; otherwise the reason why the checkpoint is not used, and then the
    /// arguments have not changed.</returns>
    /// <param name="threshold">The threshold of the epoch; null if there is none.</param>
    public static string? TryRestore(
        CheckpointFile checkpoint, CheckpointIdentity identity, ParameterBuffer parameters, Adam optimizer,
        PruningRecord prunings, out double? threshold)
    {
        threshold = null;
        try
        {
            if (Sha256(checkpoint.Path) is var sha256 && sha256 != checkpoint.Sha256)
                return $"its SHA-256 is {sha256}, not {checkpoint.Sha256}";
            var file = SafeTensors.Read(checkpoint.Path);
            foreach (var (key, expected) in Metadata(identity))
                if (file.RequireMetadata(key) is var actual && actual != expected)
                    return $"its {key} is '{actual}', here it is '{expected}'";
            foreach (var key in OnlyIfSet.Where(key => !Metadata(identity).Any(one => one.Key == key)))
                if (file.Metadata.TryGetValue(key, out var other)) return $"its {key} is '{other}', here there is none";
            if (Number(file, "epochsDone") != checkpoint.EpochsDone)
                return $"it holds {Number(file, "epochsDone")} epochs, not {checkpoint.EpochsDone}";

            var (values, first, second) =
                (Gather(file, "", parameters), Gather(file, "adam.first.", parameters),
                    Gather(file, "adam.second.", parameters));
            var masks = parameters.Segments.Where(segment => segment.IsPrunable)
                .ToDictionary(
                    segment => segment.Name, segment => Mask.Of(Whole<byte>(file, "mask." + segment.Name, segment)));
            var steps = Number(file, "adam.steps");
            var earlier = Json.Read<IReadOnlyList<RunPruning>>(file.RequireMetadata(Prunings));
            if (file.Metadata.TryGetValue("threshold", out var tuned))
                threshold = double.TryParse(tuned, CultureInfo.InvariantCulture, out var number)
                    ? number : throw new InvalidDataException("its threshold is not a number");

            parameters.SetValues(values);
            if (masks.Values.Any(mask => mask.Pruned > 0)) parameters.Prune(masks);
            optimizer.Restore(first, second, steps);
            prunings.Restore(earlier);
            return null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException
            or InvalidDataException or ArgumentException or JsonException)
        {
            return unreadable.Message;
        }
    }

    private static IEnumerable<(string Key, string Value)> Metadata(CheckpointIdentity identity) =>
    [
        ("format", Format),
        ("recipe", identity.RecipeFingerprint),
        ("seed", identity.Seed.ToString(CultureInfo.InvariantCulture)),
        ("vectors", identity.VectorsSha256 ?? ""),
        ("device", identity.Machine.DeviceType),
        ("cpuCapability", identity.Machine.CpuCapability),
        ("threads", identity.Machine.Threads.ToString(CultureInfo.InvariantCulture)),
        .. identity.PretrainedSha256 is { } pretrained ? [("pretrained", pretrained)] : Array.Empty<(string, string)>(),
        .. identity.Machine.Host.Gpu is { } gpu ? [(Gpu, gpu)] : Array.Empty<(string, string)>(),
        .. identity.MicroBatch is { } parts
            ? [(MicroBatch, parts.ToString(CultureInfo.InvariantCulture))] : Array.Empty<(string, string)>(),
    ];

    private static ReadOnlyMemory<float> Part(float[] flat, ParameterBuffer.Segment segment) =>
        flat.AsMemory(segment.Offset, segment.Size);

    private static float[] Gather(SafeTensors file, string prefix, ParameterBuffer parameters)
    {
        var flat = new float[parameters.Values.numel()];
        foreach (var segment in parameters.Segments)
            Whole<float>(file, prefix + segment.Name, segment).CopyTo(flat, segment.Offset);
        return flat;
    }

    private static T[] Whole<T>(SafeTensors file, string name, ParameterBuffer.Segment segment) where T : unmanaged =>
        file.Shape(name).SequenceEqual(segment.Shape)
            ? file.Get<T>(name)
            : throw new InvalidDataException($"its {name} has another shape than the model's");

    private static long Number(SafeTensors file, string key) =>
        long.TryParse(file.RequireMetadata(key), CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException($"its {key} is not a number");

    internal static string Sha256(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
