using PieService.Domain.Datasets.Texts;

namespace PieService.Domain.Analysis;

/// <summary>
/// How the texts of the PIEs of a comparison differ from the others, for a part of pairs and a rule for syllables. It
/// is stored with the labels of all runs, since ranking the texts of a large split takes seconds.
/// </summary>
public sealed class TextEffects
{
    public Guid ComparisonId { get; init; }
    public PairPart Part { get; init; }
    public SyllableRule Syllables { get; init; }

    /// <summary>In the order of the measures.</summary>
    public required IReadOnlyList<TextEffect> Effects { get; init; }
}
