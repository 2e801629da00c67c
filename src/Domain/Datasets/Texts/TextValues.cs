namespace PieService.Domain.Datasets.Texts;

/// <summary>
/// The values of a measure for consecutive texts of a split. Texts never change, and measuring them takes longer than a
/// query may, so they are measured once.
/// </summary>
public sealed class TextValues
{
    public Guid DatasetId { get; init; }
    public Split Split { get; init; }
    public PairPart Part { get; init; }
    public TextMeasure Measure { get; init; }

    /// <summary>How syllables were counted; hyphenation for measures that do not count them.</summary>
    public SyllableRule Syllables { get; init; }

    /// <summary>The position of the first text.</summary>
    public int Start { get; init; }

    /// <summary>The version of the measures.</summary>
    public int Version { get; init; } = TextMeasures.CurrentVersion;

    /// <summary>A float64 for each text, little-endian; NaN if the text has no value.</summary>
    public required byte[] Packed { get; init; }
}
