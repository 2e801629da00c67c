using System.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;

namespace PieService.Domain.Storage;

/// <summary>
/// Labels a comparison from the predictions of its runs; a second call writes the same labels again. The predictions
/// are read a block of examples at a time over all runs, so that memory does not grow with runs times examples.
/// </summary>
/// <param name="blockBytes">The most bytes of predictions of all runs that are in memory at a time.</param>
public sealed class ComparisonLabels(
    IDbContextFactory<PieDbContext> contexts, long blockBytes = ComparisonLabels.BlockBytes)
{
    /// <summary>Some 16,000 examples of 1,000 runs of single-label data.</summary>
    public const long BlockBytes = 32 << 20;

    /// <summary>Millions of labels take longer than the timeout that is right for other commands.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromHours(1);

    public async Task ExecuteAsync(Guid comparisonId, CancellationToken cancellation)
    {
        await using var db = await ContextAsync(cancellation);
        if (await Labelling.BeginAsync(db, comparisonId, cancellation) is not var (comparison, readAfter)) return;

        // All predictions are read in one snapshot, however many queries read them: a run that is trained again
        // meanwhile does not mix its old and new predictions. This connection only writes, since a run that ends
        // changes the row of the comparison, which a transaction with a snapshot could then not update.
        await using var source = await ContextAsync(cancellation);
        await using var snapshot =
            await source.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var cohorts = await Cohorts.OfAsync(source, comparison, cancellation);
        await db.PieLabels.Where(label => label.ComparisonNumber == comparison.Number)
            .ExecuteDeleteAsync(cancellation);
        await db.Influences.Where(influence => influence.ComparisonId == comparisonId).ExecuteDeleteAsync(cancellation);
        await db.ClassScores.Where(scores => scores.ComparisonId == comparisonId).ExecuteDeleteAsync(cancellation);
        var summary = cohorts.Dense.Count >= Math.Min(comparison.ExpectedSeeds, Labelling.FewestSeeds)
            ? await LabelAsync(source, db, comparison, cohorts, cancellation) : null;
        await Labelling.DoneAsync(db, comparisonId, readAfter, summary, cancellation);
    }

    private async Task<PieDbContext> ContextAsync(CancellationToken cancellation)
    {
        var db = await contexts.CreateDbContextAsync(cancellation);
        db.Database.SetCommandTimeout(Timeout);
        return db;
    }

    private async Task<ComparisonSummary> LabelAsync(
        PieDbContext source, PieDbContext db, Comparison comparison, Cohorts cohorts, CancellationToken cancellation)
    {
        var (_, task, classCount) = cohorts.Dataset;
        var gold = await GoldAsync(source, comparison.Split, cohorts.Dataset, cancellation);
        var influence = new InfluenceScores(source, comparison, cohorts, gold, blockBytes);
        var (epochs, noInfluence) = await influence.EpochsAsync(cancellation);
        var first = epochs.Count > 0 ? await influence.RankingAsync(epochs[0], cancellation) : null;

        var (tally, classes) =
            (new ComparisonTally(task, classCount, cohorts.Dense.Count, cohorts.AllDense.Count),
                new ClassTally(task, classCount));
        var isPie = new bool[gold.Count];
        await using (var copy = await LabelCopy.BeginAsync(
            (NpgsqlConnection)db.Database.GetDbConnection(), comparison, cohorts, first, cancellation))
        {
            await foreach (var (start, answers, allDense) in BlocksAsync(
                source, comparison, cohorts, gold, cancellation))
            {
                foreach (var label in PieLabeling.Label(answers.Gold, answers.Dense, answers.Pruned))
                {
                    tally.Add(label);
                    classes.Add(label, answers.Gold, answers.Dense.Count);
                    isPie[start + label.Position] = label.IsPie;
                    await copy.WriteAsync(start + label.Position, label, cancellation);
                }
                tally.Add(answers, allDense, isPie[start..(start + answers.Gold.Count)]);
            }
            await copy.CompleteAsync(cancellation);
        }

        db.ClassScores.Add(new ClassScores
        {
            ComparisonId = comparison.Id,
            Classes = classes.Scores(tally.Dense, tally.Pruned),
        });
        if (first is not null)
        {
            var losses = await influence.LossesAsync(cancellation);
            foreach (var epoch in epochs)
            {
                var ranking = epoch == epochs[0] ? first : await influence.RankingAsync(epoch, cancellation);
                db.Influences.Add(new Influence
                {
                    ComparisonId = comparison.Id,
                    Epoch = epoch,
                    Bins = InfluenceBin.Of(ranking.Bin, ranking.El2n, isPie, losses),
                });
            }
        }
        await db.SaveChangesAsync(cancellation);
        return tally.Summary(
            [.. cohorts.Pruned.Select(run => run.AchievedSparsity!.Value)], comparison.ExpectedSeeds, epochs,
            noInfluence,
            await CollapsedAsync(source, comparison, gold, cohorts.Dense, tally.Dense, cancellation),
            await CollapsedAsync(source, comparison, gold, cohorts.Pruned, tally.Pruned, cancellation));
    }

    /// <summary>
    /// The gold labels of all examples: at most 1 bit for each example and class, or 2 bytes for each example.
    /// </summary>
    private static async Task<PackedLabels> GoldAsync(
        PieDbContext source, Split split, ComparedDataset dataset, CancellationToken cancellation)
    {
        var example = new byte[PackedLabels.BytesPerExample(dataset.Task, dataset.ClassCount)];
        using var packed = new MemoryStream();
        var rows = source.Examples.Where(row => row.DatasetId == dataset.Id && row.Split == split)
            .OrderBy(row => row.Position).Select(row => row.Labels).AsAsyncEnumerable();
        await foreach (var labels in rows.WithCancellation(cancellation))
        {
            PackedLabels.Pack(dataset.Task, dataset.ClassCount, labels, example);
            packed.Write(example);
        }
        return new PackedLabels(dataset.Task, dataset.ClassCount, packed.ToArray());
    }

    /// <returns>The position of the first example of each block, and the predictions for its examples.</returns>
    private async IAsyncEnumerable<(int Start, ComparedAnswers Answers, IReadOnlyList<PackedLabels> AllDense)>
        BlocksAsync(
            PieDbContext source, Comparison comparison, Cohorts cohorts, PackedLabels gold,
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var (_, task, classCount) = cohorts.Dataset;
        Run[] runs = [.. cohorts.AllDense, .. cohorts.Pruned];
        var places = runs.Index().ToDictionary(run => run.Item.Id, run => run.Index);
        await foreach (var (block, classes) in PackedColumn.Classes(comparison.Split).ReadAsync(
            source, Array.ConvertAll(runs, run => run.Id), gold.Count,
            PackedLabels.BytesPerExample(task, classCount), blockBytes, cancellation))
        {
            yield return (
                block.Start,
                new(gold.Slice(block.Start, block.Count), Of(cohorts.Dense), Of(cohorts.Pruned)), Of(cohorts.AllDense));

            IReadOnlyList<PackedLabels> Of(IReadOnlyList<Run> cohort) =>
                [.. cohort.Select(run => new PackedLabels(task, classCount, classes[places[run.Id]]))];
        }
    }

    /// <summary>
    /// The number of runs that have collapsed. The predictions of a run are read again, one run at a time, where the
    /// counts of its labels do not decide it.
    /// </summary>
    private static async Task<int> CollapsedAsync(
        PieDbContext source, Comparison comparison, PackedLabels gold, IReadOnlyList<Run> runs,
        IReadOnlyList<LabelCounts> counts, CancellationToken cancellation)
    {
        var collapsed = 0;
        foreach (var (run, ofRun) in runs.Zip(counts))
            if (RunCollapse.IsCollapsedBy(gold.Task, ofRun) ?? RunCollapse.Of(gold, await WholeAsync(run)).IsCollapsed)
                collapsed++;
        return collapsed;

        async Task<PackedLabels> WholeAsync(Run run) => new(
            gold.Task, gold.ClassCount,
            await source.RunPredictions
                .Where(predictions => predictions.RunId == run.Id && predictions.Split == comparison.Split)
                .Select(predictions => predictions.Classes).SingleAsync(cancellation));
    }
}
