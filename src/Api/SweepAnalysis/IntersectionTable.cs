using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain.Analysis;
using PieService.Domain.Storage;

namespace PieService.Api.SweepAnalysis;

/// <summary>
/// Lists the intersections of the PIEs of several comparisons, as an UpSet plot shows them: how many examples are PIEs
/// of exactly these comparisons.
/// </summary>
/// <remarks>
/// 2 to 12 labelled comparisons of one split are compared. Each PIE is in one row; the largest intersection is first,
/// and at most 200 are listed.
/// </remarks>
public sealed class IntersectionTable()
    : Table<IntersectionFilter, ComparedSets, IntersectionResponse>("sweep", "intersections")
{
    private const int Fewest = 2, Most = 12, MostRows = 200;

    private static readonly Columns<IntersectionResponse> Flat = new Columns<IntersectionResponse>()
        .List("comparisons", row => row.Comparisons)
        .Whole("examples", row => row.Examples);

    public override async Task<ComparedSets?> FindAsync(
        PieDbContext db, Guid id, IntersectionFilter filter, CancellationToken cancellation)
    {
        if (await ComparedSets.FindAsync(db, id, filter, Most, cancellation) is not { } sets) return null;
        // Without ids, the comparisons that are not labelled yet are left out.
        var labelled = sets.Comparisons.Where(comparison => sets.Pies.ContainsKey(comparison.Number)).ToList();
        if (filter.Ids is not null && labelled.Count < sets.Comparisons.Count)
            throw ComparedSets.Invalid(
                $"{sets.Comparisons.Except(labelled).First().Id} is not labelled yet: leave it out, or try again when "
                + "GET /comparisons/{id} has its PIEs");
        if (labelled.Count < Fewest)
            throw new FilterChoiceException(
                "comparisons",
                $"at least {Fewest} labelled comparisons are needed; here are {labelled.Count}");
        if (labelled.Select(comparison => comparison.Split).Distinct().Count() > 1)
            throw new FilterChoiceException(
                "comparisons",
                "the comparisons must have one split: filter by split, or name those of one");
        return sets with { Comparisons = labelled };
    }

    public override Rows<IntersectionResponse> Rows(PieDbContext db, ComparedSets scope, IntersectionFilter filter) =>
        new ListRows<IntersectionResponse>(
        [
            .. PieIntersection
                .Of([.. scope.Comparisons.Select(comparison => scope.Pies[comparison.Number].Positions())])
                .Take(MostRows)
                .Select(found => new IntersectionResponse(
                    [.. found.Sets.Select(set => scope.Comparisons[set].Id)], found.Examples)),
        ]);

    public override Columns<IntersectionResponse> Columns(ComparedSets scope) => Flat;

    public override Provenance Provenance(ComparedSets scope) => scope.Of.Provenance;
}

public sealed record IntersectionFilter : ComparedSetsFilter;

/// <param name="Comparisons">The ids of the comparisons, in the order of the sweep's request.</param>
/// <param name="Examples">The number of examples that are PIEs of all these and of no other of the compared
/// comparisons; at least 1.</param>
public sealed record IntersectionResponse(IReadOnlyList<Guid> Comparisons, int Examples);
