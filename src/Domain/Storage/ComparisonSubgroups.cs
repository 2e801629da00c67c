using System.Data;
using Microsoft.EntityFrameworkCore;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;

namespace PieService.Domain.Storage;

/// <summary>
/// Computes the effect of pruning within subgroups from the predictions of all runs, which are read a block of examples
/// at a time. Memory grows with the examples, by some 20 bytes for each, and with runs x subgroups x classes.
/// </summary>
public static class ComparisonSubgroups
{
    /// <param name="classes">The indices of the classes.</param>
    /// <returns>The classes of each subgroup, subgroup by subgroup.</returns>
    public static async Task<IReadOnlyList<SubgroupEffect>> EffectsAsync(
        PieDbContext db, Comparison comparison, IReadOnlyList<Subgroup> subgroups, IReadOnlyList<int> classes,
        CancellationToken cancellation)
    {
        // All predictions are read in one snapshot. PIEs are found in them again, since the stored labels may be of
        // other runs: those that had ended when the comparison was labelled last.
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var cohorts = await Cohorts.OfAsync(db, comparison, cancellation);
        var (_, task, classCount) = cohorts.Dataset;
        var (gold, membership) = await MembersAsync(db, comparison.Split, cohorts.Dataset, subgroups, cancellation);
        var (dense, pruned) = (cohorts.Dense.Count, cohorts.Pruned.Count);
        var tally = new SubgroupTally(subgroups.Count, classCount, classes, (dense, pruned));
        await foreach (var (block, packed) in PackedColumn.Classes(comparison.Split).ReadAsync(
            db, [.. cohorts.Dense.Concat(cohorts.Pruned).Select(run => run.Id)], gold.Count,
            PackedLabels.BytesPerExample(task, classCount), ComparisonLabels.BlockBytes, cancellation))
        {
            List<PackedLabels> runs = [.. packed.Select(bytes => new PackedLabels(task, classCount, bytes))];
            var answers = new ComparedAnswers(gold.Slice(block.Start, block.Count), runs[..dense], runs[dense..]);
            tally.Add(
                answers, membership.AsSpan(block.Start, block.Count),
                [.. PieLabeling.Label(answers.Gold, answers.Dense, answers.Pruned).Select(label => label.IsPie)]);
        }
        return tally.Effects();
    }

    /// <summary>The gold labels of all examples of a split, and the set of subgroups of each.</summary>
    private static async Task<(PackedLabels Gold, UInt128[] Membership)> MembersAsync(
        PieDbContext db, Split split, ComparedDataset dataset, IReadOnlyList<Subgroup> subgroups,
        CancellationToken cancellation)
    {
        var labels = await db.Datasets.Where(found => found.Id == dataset.Id).Select(found => found.Labels)
            .SingleAsync(cancellation);
        var conditions = new SubgroupConditions([.. subgroups.Select(subgroup => subgroup.Where)], labels);
        var (example, membership) =
            (new byte[PackedLabels.BytesPerExample(dataset.Task, dataset.ClassCount)], new List<UInt128>());
        using var gold = new MemoryStream();
        await foreach (var row in Described(db, split, dataset.Id, conditions.NeedTexts)
            .AsAsyncEnumerable().WithCancellation(cancellation))
        {
            PackedLabels.Pack(dataset.Task, dataset.ClassCount, row.Labels, example);
            gold.Write(example);
            membership.Add(conditions.Of(row));
        }
        return (new(dataset.Task, dataset.ClassCount, gold.ToArray()), [.. membership]);
    }

    /// <summary>The examples in order, with their texts only if they are needed.</summary>
    private static IQueryable<Example> Described(PieDbContext db, Split split, Guid datasetId, bool needTexts) =>
        from example in db.Examples
        where example.DatasetId == datasetId && example.Split == split
        orderby example.Position
        select new Example
        {
            SourceId = "",
            Text = needTexts ? example.Text : "",
            SecondText = needTexts ? example.SecondText : null,
            Labels = example.Labels,
            Attributes = example.Attributes,
        };
}
