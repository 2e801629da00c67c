using PieService.Domain.Predictions;

namespace PieService.Worker.Text;

/// <summary>The texts of one split as word numbers, in example order.</summary>
/// <param name="Tokens">All texts, one after the other.</param>
/// <param name="Offsets">N + 1 positions: text i is Tokens[Offsets[i]..Offsets[i + 1]].</param>
/// <param name="Labels">Gold labels of the N texts.</param>
/// <param name="MaxLength">Longer texts are read only up to this length.</param>
public sealed record TokenisedSplit(
    string Name, int[] Tokens, long[] Offsets, PackedLabels Labels, int MaxLength = int.MaxValue)
{
    /// <summary>A value of <see cref="SecondStarts"/>: the example is one text.</summary>
    public const int NoSecond = -1;

    /// <summary>
    /// For each of the N examples the first token of a pair's second text, counted from the beginning of the text, or
    /// <see cref="NoSecond"/>. Null if the reader does not distinguish the texts of a pair.
    /// </summary>
    public int[]? SecondStarts { get; init; }

    public int Count => Labels.Count;

    /// <summary>The number of tokens of a text that are read; 0 for an empty text.</summary>
    public int Length(int example) => (int)Math.Min(MaxLength, Offsets[example + 1] - Offsets[example]);

    public TextInput Text(int example)
    {
        var tokens = Tokens.AsMemory((int)Offsets[example], Length(example));
        return SecondStarts?[example] is >= 0 and var start ? new(tokens, start) : new(tokens);
    }

    /// <summary>Both texts of a pair; the second is null if the example is one text.</summary>
    internal (ReadOnlyMemory<int> First, ReadOnlyMemory<int>? Second) Pair(int example)
    {
        var tokens = Text(example).Tokens;
        if (SecondStarts?[example] is >= 0 and var start) return (tokens[..start], tokens[start..]);
        return (tokens, null);
    }

    /// <summary>A selection of the texts, in the order given.</summary>
    public TokenisedSplit Select(IReadOnlyList<int> examples)
    {
        var (tokens, offsets, labels) = (new List<int>(), new List<long> { 0 }, new List<byte>());
        foreach (var example in examples)
        {
            tokens.AddRange(Tokens.AsSpan((int)Offsets[example], (int)(Offsets[example + 1] - Offsets[example])));
            offsets.Add(tokens.Count);
            labels.AddRange(Labels.At(example));
        }
        return this with
        {
            Tokens = [.. tokens],
            Offsets = [.. offsets],
            Labels = new(Labels.Task, Labels.ClassCount, [.. labels]),
            SecondStarts = SecondStarts is { } starts ? [.. examples.Select(example => starts[example])] : null,
        };
    }

    /// <summary>The same texts, truncated to this many tokens.</summary>
    public TokenisedSplit Truncated(int maxLength) => this with { MaxLength = maxLength };
}
