using PieService.Domain.Foreign.Formats;

namespace PieService.Domain.Foreign.Assembly;

/// <summary>The first example of an existing dataset that a run has not answered.</summary>
/// <param name="Example">Its index, which is its position.</param>
internal readonly record struct MissingExample(FoundRun Run, int Example)
{
    /// <summary>
    /// The place of the answer behind which that of each missing example should be: of the example before it or, if the
    /// first one is missing, of the first answer of the run. The files are read once more.
    /// </summary>
    public static IReadOnlyDictionary<RunKey, ForeignPlace> Places(
        IReadOnlyList<MissingExample> all, ExampleIndex examples, IReadOnlyList<ForeignSource> sources)
    {
        var places = new Dictionary<RunKey, ForeignPlace>();
        var wanted = all.ToDictionary(missing => missing.Run.Key, missing => missing.Example - 1);
        var files = all.Select(missing => missing.Run.File).ToHashSet(StringComparer.Ordinal);
        foreach (var source in sources.Where(source => files.Contains(source.Name)))
            foreach (var record in ForeignReader.Read(source))
            {
                if (record.Run is not { } run || !wanted.TryGetValue(run, out var before) || places.ContainsKey(run)
                    || (before >= 0 && examples.Find(record).Index != before)) continue;
                places.Add(run, record.Place);
                if (places.Count == all.Count) return places;
            }
        return places;
    }
}
