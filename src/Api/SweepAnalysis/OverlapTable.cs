using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.SweepAnalysis;

/// <summary>
/// Compares the PIEs of every two comparisons of a sweep: the PIEs that both share, and the number that is expected by
/// chance.
/// </summary>
/// <remarks>
/// A pair has one split. expectedShared, expectedJaccard and ratio are those of independent sets, as in GET
/// /sweeps/{id}/models. givenMargin compares with independent sets among examples of the same dense margin: examples at
/// the border are PIEs of every method, so a ratio above 1 alone is not a finding. Numbers are null until both
/// comparisons are labelled. At most 60 comparisons are compared at once.
/// </remarks>
public sealed class OverlapTable() : Table<OverlapFilter, OverlapTable.Scope, OverlapResponse>("sweep", "overlaps")
{
    private const int MostComparisons = 60;

    public override async Task<Scope?> FindAsync(
        PieDbContext db, Guid id, OverlapFilter filter, CancellationToken cancellation) =>
        await ComparedSets.FindAsync(db, id, filter, MostComparisons, cancellation) is { } sets
            ? new(sets, await DenseStrata.ReadAsync(db, sets, cancellation)) : null;

    public override Rows<OverlapResponse> Rows(PieDbContext db, Scope scope, OverlapFilter filter)
    {
        List<(Comparison First, Comparison Second)> pairs =
        [
            .. from first in scope.Sets.Comparisons.Index()
               from second in scope.Sets.Comparisons.Skip(first.Index + 1)
               where first.Item.Split == second.Split
               select (first.Item, second),
        ];
        return new ListRows<OverlapResponse>(
            pairs.Count, index => OverlapResponse.Of(pairs[index].First, pairs[index].Second, scope));
    }

    public override Columns<OverlapResponse> Columns(Scope scope) => new Columns<OverlapResponse>()
        .Identity("first_", row => row.First)
        .Whole("first_pies", row => row.First.Pies)
        .Identity("second_", row => row.Second)
        .Whole("second_pies", row => row.Second.Pies)
        .Whole("examples", row => row.Examples)
        .Whole("shared", row => row.Shared)
        .Whole("union", row => row.Union)
        .Real("jaccard", row => row.Jaccard)
        .Real("expectedShared", row => row.ExpectedShared)
        .Real("expectedJaccard", row => row.ExpectedJaccard)
        .Real("ratio", row => row.Ratio)
        .Real("kappa", row => row.Kappa)
        .Real("givenMargin_expectedShared", row => row.GivenMargin?.ExpectedShared)
        .Real("givenMargin_ratio", row => row.GivenMargin?.Ratio)
        .Real("givenMargin_z", row => row.GivenMargin?.Z)
        .Real("givenMargin_p", row => row.GivenMargin?.P);

    public override Provenance Provenance(Scope scope) => scope.Sets.Of.Provenance;

    public sealed record Scope(ComparedSets Sets, DenseStrata Strata);
}

public sealed record OverlapFilter : ComparedSetsFilter;
