using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>
/// The members of a subgroup as a filter of the votes of a comparison. The database checks the gold label and the
/// attribute. Conditions on texts are checked by <see cref="SubgroupConditions"/>, as for the table of subgroups: the
/// database has other rules for words, and for upper and lower case.
/// </summary>
public sealed class SubgroupMembers
{
    private readonly SubgroupWhere where;
    private readonly string[] labels;

    /// <summary>The positions of the members; null if no text must be read to find them.</summary>
    private readonly int[]? positions;

    private SubgroupMembers(SubgroupWhere where, string[] labels, int[]? positions = null) =>
        (this.where, this.labels, this.positions) = (where, labels, positions);

    /// <summary>The number of characters of the longest member, both texts together; null if no text was
    /// read.</summary>
    public int? LongestText { get; private init; }

    /// <exception cref="InvalidRequestException">The dataset has no subgroup of this name.</exception>
    public static async Task<SubgroupMembers> FindAsync(
        PieDbContext db, ComparisonScope scope, string name, CancellationToken cancellation)
    {
        var subgroups = db.Subgroups.Where(subgroup => subgroup.DatasetId == scope.DatasetId).AsNoTracking();
        if (await subgroups.SingleOrDefaultAsync(subgroup => subgroup.Name == name, cancellation) is { } found)
            return new(found.Where, scope.Labels);
        var known = await subgroups.OrderBy(subgroup => subgroup.Id).Select(subgroup => subgroup.Name)
            .ToListAsync(cancellation);
        throw new InvalidRequestException([new(
            "subgroup",
            known.Count > 0 ? $"is not a subgroup of this dataset; it has {LabelFilter.Listed(known)}"
                : "is not a subgroup of this dataset, which has none; POST /datasets/{id}/subgroups creates one")]);
    }

    /// <summary>Finds the members whose texts must be read.</summary>
    /// <param name="votes">The votes that meet the other filters.</param>
    /// <param name="examples">The examples of the split of the comparison.</param>
    public async Task<SubgroupMembers> ReadAsync(
        IQueryable<PieLabel> votes, IQueryable<Example> examples, CancellationToken cancellation)
    {
        var conditions = new SubgroupConditions([where], labels);
        if (!conditions.NeedTexts) return this;
        var (found, longest) = (new List<int>(), 0);
        var texts = from vote in votes
                    join example in examples on vote.Position equals example.Position
                    select example;
        await foreach (var example in texts.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (conditions.Of(example) == UInt128.Zero) continue;
            found.Add(example.Position);
            longest = Math.Max(longest, example.Text.Length + (example.SecondText?.Length ?? 0));
        }
        return new(where, labels, [.. found]) { LongestText = longest };
    }

    /// <summary>The votes on members.</summary>
    public IQueryable<PieLabel> Of(IQueryable<PieLabel> votes, PieDbContext db, ComparisonScope scope)
    {
        if (positions is not null)
        {
            var members = db.Database.SqlQuery<int>($"""SELECT unnest({positions}) AS "Value" """);
            return votes.Where(vote => members.Contains(vote.Position));
        }
        var gold = where.Label is { } label ? (short?)Array.IndexOf(labels, label) : null;
        var (attribute, value) = (where.Attribute, where.AttributeValue);
        var described = attribute is null ? db.Examples
            : db.Examples.FromSql($"SELECT * FROM examples WHERE attributes ->> {attribute} = {value}");
        return votes.Where(vote => described.Any(example =>
            example.DatasetId == scope.DatasetId && example.Split == scope.Comparison.Split
            && example.Position == vote.Position && (gold == null || example.Labels.Contains(gold.Value))));
    }
}
