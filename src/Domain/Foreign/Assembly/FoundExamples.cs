using PieService.Domain.Datasets.Labelling;
using PieService.Domain.Foreign.Formats;

namespace PieService.Domain.Foreign.Assembly;

/// <summary>
/// The examples that the files have. They are in the order of their positions, or of their ids if all of these are
/// whole
/// numbers, so that it does not depend on the order in which several processes wrote them; otherwise in the order in
/// which they are first found.
/// </summary>
internal sealed class FoundExamples : ExampleIndex
{
    private readonly Dictionary<string, int> byId = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> byPosition = [];

    public override (int? Index, string? Fault) Find(ForeignRecord record)
    {
        var key = record.Example;
        if (key.Id is { Length: > ImportLimits.IdCharacters })
            return (null, $"has an id of more than {ImportLimits.IdCharacters} characters");
        if (key.Id is null ? byId.Count > 0 : byPosition.Count > 0)
            return (null,
                "identifies examples by " + (key.Id is null ? "their positions, and another file by ids" :
                "ids, and another file by their positions") + "; use one of them for all files");
        if (key.Id is null)
        {
            if (byPosition.TryGetValue(key.Position!.Value, out var found)) return (found, null);
            byPosition.Add(key.Position.Value, Count);
        }
        else
        {
            if (byId.TryGetValue(key.Id, out var found)) return (found, null);
            byId.Add(key.Id, Count);
        }
        return (Add(key), null);
    }

    public override int[] Order()
    {
        if (byPosition.Count > 0)
            return [.. byPosition.OrderBy(example => example.Key).Select(example => example.Value)];
        return byId.Keys.All(LabelOrder.IsWhole)
            ? [.. LabelOrder.ByNumber([.. byId.Keys]).Select(id => byId[id])] : [.. Enumerable.Range(0, Count)];
    }
}
