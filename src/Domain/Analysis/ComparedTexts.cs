namespace PieService.Domain.Analysis;

/// <summary>The open answers of all runs to a block of examples.</summary>
/// <param name="Dense">For each dense run the text for each example; null where the run has none, which is an answer of
/// its own.</param>
/// <param name="Pruned">The same for the pruned runs.</param>
public sealed record ComparedTexts(IReadOnlyList<string?[]> Dense, IReadOnlyList<string?[]> Pruned);
