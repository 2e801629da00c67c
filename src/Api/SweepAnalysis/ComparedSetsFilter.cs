using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Api.SweepAnalysis;

/// <summary>The comparisons whose sets of PIEs a table compares, by their ids or by filters.</summary>
public abstract record ComparedSetsFilter : ComparisonSelection
{
    /// <summary>
    /// The ids of comparisons of the sweep, separated by commas. By default all comparisons that the other filters
    /// select.
    /// </summary>
    public string? Comparisons { get; init; }

    /// <summary>Only comparisons on this split count.</summary>
    public Split? Split { get; init; }

    /// <summary>
    /// The largest q value, in [0, 1]. The sets then have only the PIEs with at most this q value: of the paired test
    /// for an imported cohort with pairing model, else of the unpaired test.
    /// </summary>
    public double? MaxQ { get; init; }

    /// <summary>The ids in <see cref="Comparisons"/>; null without it.</summary>
    internal IReadOnlyList<Guid>? Ids => Comparisons is null ? null
        : [.. Comparisons.Split(',').Select(id => Guid.TryParse(id, out var read) ? read : Guid.Empty).Distinct()];

    public override IEnumerable<FieldError> Broken()
    {
        foreach (var error in base.Broken()) yield return error;
        if (Ids?.Contains(Guid.Empty) == true) yield return new("comparisons", "must be ids separated by commas");
        if (MaxQ is < 0 or > 1) yield return new("maxQ", "must be from 0 to 1");
    }

    internal IQueryable<Comparison> Of(IQueryable<Comparison> comparisons, Guid sweepId)
    {
        var selected = Of(comparisons, sweepId, Split);
        return Ids is { } ids ? selected.Where(comparison => ids.Contains(comparison.Id)) : selected;
    }
}
