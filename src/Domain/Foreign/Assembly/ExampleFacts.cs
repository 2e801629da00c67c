using System.IO.Hashing;
using System.Runtime.InteropServices;
using PieService.Domain.Datasets;
using PieService.Domain.Foreign.Formats;

namespace PieService.Domain.Foreign.Assembly;

/// <summary>
/// What the files have of each example apart from answers: gold labels, a text, a group, and a hash that must be the
/// same in all files. It takes about 40 bytes for an example; texts are on the disk.
/// </summary>
internal sealed class ExampleFacts(TextScratch texts) : IDisposable
{
    private const int None = -1;

    private readonly List<Fact> facts = [];
    private readonly ValueTable<string> clusters = new();
    private readonly ValueTable<string> goldKeys = new();
    private readonly List<IReadOnlyList<string>> golds = [];

    public bool HasClusters { get; private set; }

    /// <summary>Adds what a record has of its example.</summary>
    /// <returns>The first value that differs from that of an earlier record; null if none does.</returns>
    public string? Add(int example, ForeignRecord record)
    {
        var fact = FactOf(example);
        var hash = record.Hash is null ? 0 : XxHash3.HashToUInt64(MemoryMarshal.AsBytes(record.Hash.AsSpan()));
        if (record.Hash is not null && fact.Hash != 0 && fact.Hash != hash)
            return $"{record.Example} has another hash than in another row, file or import: it is another document "
                + "there. Compare evaluations of one version of the task, or leave the example out of all files";
        var gold = record.Gold is null ? None : GoldOf(record.Gold);
        if (gold != None && fact.Gold != None && fact.Gold != gold)
            return $"{record.Example} has the gold label {Shown(record.Gold!)}, and {Shown(golds[fact.Gold])} in "
                + "another row or file, or in the dataset";
        if (record.Cluster is { Length: > DatasetLimits.MaxAttributeValue })
            return $"{record.Example} is in a group with a name of more than {DatasetLimits.MaxAttributeValue} "
                + "characters. Is this the column of the groups?";
        var cluster = record.Cluster is null ? None : clusters.IndexOf(record.Cluster);
        if (cluster != None && fact.Cluster != None && fact.Cluster != cluster)
            return $"{record.Example} is in the group {ForeignCell.Shown(record.Cluster)}, and in another row or file "
                + "in another group";
        HasClusters |= cluster != None;
        facts[example] = new(
            gold != None ? gold : fact.Gold, record.Hash is null ? fact.Hash : hash,
            cluster != None ? cluster : fact.Cluster,
            fact.Text.IsNone && record.Text is { } text ? texts.Add(text) : fact.Text);
        return null;
    }

    /// <summary>The gold labels of an example of an existing dataset.</summary>
    public void SetGold(int example, IReadOnlyList<string> labels) =>
        facts[example] = FactOf(example) with { Gold = GoldOf(labels) };

    /// <summary>The hash of the document of an example that an earlier import has; 0 if it has none.</summary>
    public void SetHash(int example, ulong hash) => facts[example] = FactOf(example) with { Hash = hash };

    /// <summary>0 if no file has one.</summary>
    public ulong Hash(int example) => FactOf(example).Hash;

    /// <summary>Null if no file has them.</summary>
    public IReadOnlyList<string>? Gold(int example) =>
        FactOf(example).Gold is var gold && gold != None ? golds[gold] : null;

    public string? Text(int example) => FactOf(example).Text is { IsNone: false } text ? texts.Read(text) : null;

    public string? Cluster(int example) =>
        FactOf(example).Cluster is var cluster && cluster != None ? clusters[cluster] : null;

    public void Dispose() => texts.Dispose();

    private Fact FactOf(int example)
    {
        while (facts.Count <= example) facts.Add(new(None, 0, None, TextPlace.None));
        return facts[example];
    }

    /// <summary>Labels have no control characters, so joined labels are equal only if the sets are.</summary>
    private int GoldOf(IReadOnlyList<string> labels)
    {
        if (labels.Count > 1) labels = [.. labels.Distinct().Order(StringComparer.Ordinal)];
        var gold = goldKeys.IndexOf(labels.Count == 1 ? labels[0] : string.Join('\n', labels) + "\n");
        if (gold == golds.Count) golds.Add(labels);
        return gold;
    }

    private static string Shown(IReadOnlyList<string> labels) =>
        $"'{ForeignCell.Shown(string.Join(", ", labels.Order(StringComparer.Ordinal)))}'";

    /// <param name="Gold">The index of the gold labels.</param>
    /// <param name="Hash">0 if there is none.</param>
    private readonly record struct Fact(int Gold, ulong Hash, int Cluster, TextPlace Text);
}
