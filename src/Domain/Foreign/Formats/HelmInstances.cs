using System.Text.Json;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>The questions of HELM (instances.json), which are in memory while the answers are read.</summary>
internal sealed class HelmInstances
{
    private readonly Dictionary<string, HelmInstance> byId = new(StringComparer.Ordinal);

    public static HelmInstances Read(ForeignSource source)
    {
        var (instances, file) = (new HelmInstances(), source.Companion!);
        using var text = new SourceText(file, source.File.Encoding, source.Limits);
        foreach (var instance in JsonLines.Read(text, file, row => source.Errors.Try(() => Instance(row))))
            if (instance is { } read) instances.byId.TryAdd(read.Id, read.Instance);
        return instances;
    }

    public HelmInstance? Find(string id) => byId.GetValueOrDefault(id);

    private static (string Id, HelmInstance Instance)? Instance(JsonRow row)
    {
        if (row.Json.Find("perturbation") is not null) return null;
        if (row.Json.Find("references") is not { ValueKind: JsonValueKind.Array } all)
            throw row.Error("references", "'references' must be a list");
        var references = all.EnumerateArray().ToList();
        var correct = references.FindIndex(reference => reference.Find("tags").Scalars().Contains("correct"));
        if (correct < 0) throw row.Error("references", "has no reference with the tag correct");
        return (row.Required("id"), new(
            row.Json.Find("input", "text").Scalar(),
            [.. references.Select(reference => reference.Find("output", "text").Scalar() ?? "")], correct));
    }
}

/// <param name="References">The choices.</param>
/// <param name="Correct">The index of the correct one.</param>
internal sealed record HelmInstance(string? Text, List<string> References, int Correct);
