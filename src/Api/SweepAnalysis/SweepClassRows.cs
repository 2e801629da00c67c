using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Lists;
using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;

namespace PieService.Api.SweepAnalysis;

/// <summary>
/// The classes of several comparisons. The scores of a comparison are one stored value, so they are read comparison by
/// comparison.
/// </summary>
/// <param name="only">A class, if the others are left out.</param>
internal sealed class SweepClassRows(IQueryable<ScoredComparison> comparisons, string[] labels, short? only)
    : Rows<SweepClassResponse>
{
    private int ClassesOfEach => only is null ? labels.Length : 1;

    public override async Task<long> CountAsync(CancellationToken cancellation) =>
        ClassesOfEach * await comparisons.LongCountAsync(cancellation);

    public override IAsyncEnumerable<SweepClassResponse> AllAsync(CancellationToken cancellation) =>
        RowsOf(comparisons, Place.BeforeAll, cancellation).Select(row => row.Item);

    public override IAsyncEnumerable<(SweepClassResponse Item, object Place)> FollowingAsync(
        JsonElement? after, int most, CancellationToken cancellation)
    {
        var place = after is not { } given ? Place.BeforeAll
            : given.Deserialize<Place>(Json.Options) ?? throw new JsonException("The place is null.");
        var rest = comparisons.Where(row => row.Comparison.Ordinal >= place.Ordinal);
        return RowsOf(rest.OrderBy(row => row.Comparison.Ordinal).Take((most / ClassesOfEach) + 2), place, cancellation)
            .Take(most).Select(row => (row.Item, (object)row.Place));
    }

    private async IAsyncEnumerable<(SweepClassResponse Item, Place Place)> RowsOf(
        IQueryable<ScoredComparison> wanted, Place after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var read = wanted.OrderBy(row => row.Comparison.Ordinal).AsNoTracking().AsAsyncEnumerable();
        await foreach (var (comparison, scores) in read.WithCancellation(cancellation))
        {
            foreach (var (index, row) in ClassResponse.Of(labels, scores, comparison.Summary).Index())
            {
                var isBehind = comparison.Ordinal > after.Ordinal || index > after.Class;
                if (isBehind && (only is null || only == index))
                    yield return (new(comparison, row), new(comparison.Ordinal, index));
            }
        }
    }

    /// <summary>The place of a row: the place of its comparison in the sweep, and its class.</summary>
    private sealed record Place(int Ordinal, int Class)
    {
        public static Place BeforeAll { get; } = new(-1, -1);
    }
}

/// <summary>A comparison with one score for each label of the dataset.</summary>
internal sealed record ScoredComparison
{
    public required Comparison Comparison { get; init; }
    public required IReadOnlyList<ClassScore> Scores { get; init; }

    public void Deconstruct(out Comparison comparison, out IReadOnlyList<ClassScore> scores) =>
        (comparison, scores) = (Comparison, Scores);
}
