using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using PieService.Domain.Foreign.Formats;

namespace PieService.Domain.Foreign.Assembly;

/// <summary>The examples of an existing dataset, found by their ids in the source, their positions or their texts.
/// </summary>
internal sealed class MatchedExamples : ExampleIndex
{
    private const int Several = -1, None = -2;

    private readonly ExampleMatch match;
    private readonly Dictionary<string, int> byId = new(StringComparer.Ordinal);

    /// <summary>The examples by the hashes of their texts.</summary>
    private readonly Dictionary<UInt128, int> byText = [];

    public MatchedExamples(MatchedDataset dataset, Action<int, MatchedExample> add)
    {
        match = dataset.Match;
        foreach (var example in dataset.Examples)
        {
            var index = Add(new("example", example.SourceId, null));
            if (match == ExampleMatch.SourceId && !byId.TryAdd(example.SourceId, index))
                byId[example.SourceId] = Several;
            if (match == ExampleMatch.Text && !byText.TryAdd(Hash(example.Text), index))
                byText[Hash(example.Text)] = Several;
            add(index, example);
        }
    }

    public override (int? Index, string? Fault) Find(ForeignRecord record) => match switch
    {
        ExampleMatch.Position => Position(record.Example) is { } position && position >= 0 && position < Count
            ? (position, null)
            : (null, $"{record.Example} is not a position of the dataset, which has {Count} examples"),
        ExampleMatch.SourceId when record.Example.Id is null =>
            (null, "has no id; name its column as columns.example, or set dataset.match to position"),
        ExampleMatch.SourceId => Found(byId.GetValueOrDefault(record.Example.Id!, None), $"{record.Example}"),
        ExampleMatch.Text when record.Text is null => (null, "has no text; name its column as columns.text"),
        ExampleMatch.Text => Found(byText.GetValueOrDefault(Hash(record.Text!), None), $"the text of {record.Example}"),
    };

    public override int[] Order() => [.. Enumerable.Range(0, Count)];

    private static (int? Index, string? Fault) Found(int index, string what) => index switch
    {
        Several => (null, $"{what} is that of several examples of the dataset; set dataset.match to position"),
        None => (null, $"{what} is not in the dataset"),
        _ => (index, null),
    };

    private static int? Position(ExampleKey key) =>
        key.Position ?? (int.TryParse(key.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null);

    private static UInt128 Hash(string text) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text.AsSpan()));
}
