namespace PieService.Worker.Text;

/// <summary>The texts of one split as word numbers, in example order.</summary>
/// <param name="Tokens">All texts, one after the other.</param>
/// <param name="Offsets">N + 1 positions: text i is Tokens[Offsets[i]..Offsets[i + 1]].</param>
/// <param name="Labels">N classes, 0 to C - 1.</param>
/// <param name="MaxLength">What is longer is read only so far.</param>
public sealed record TokenisedSplit(string Name, int[] Tokens, long[] Offsets, int[] Labels, int MaxLength = int.MaxValue)
{
    public int Count => Labels.Length;

    /// <summary>Tokens of a text as it is read; 0 for an empty one.</summary>
    public int Length(int example) => (int)Math.Min(MaxLength, Offsets[example + 1] - Offsets[example]);

    public ReadOnlyMemory<int> Text(int example) => Tokens.AsMemory((int)Offsets[example], Length(example));

    /// <summary>The same texts, cut off after so many tokens.</summary>
    public TokenisedSplit Truncated(int maxLength) => this with { MaxLength = maxLength };
}
