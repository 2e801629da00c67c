using System.Data;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Domain.Analysis;
using PieService.Domain.Foreign;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;

namespace PieService.Domain.Storage;

/// <summary>
/// Labels and analyses a comparison from the predictions of its runs; a second call writes the same again. The
/// predictions are read a block of examples at a time over all runs, so that memory does not grow with runs times
/// examples. They are read twice: the q value of an example depends on all examples.
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
        await TextMeasurement.EnsureAsync(source, comparisonId, cancellation);
        await using var snapshot =
            await source.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var cohorts = await Cohorts.OfAsync(source, comparison, cancellation);
        await db.PieLabels.Where(label => label.ComparisonNumber == comparison.Number)
            .ExecuteDeleteAsync(cancellation);
        await db.Influences.Where(influence => influence.ComparisonId == comparisonId).ExecuteDeleteAsync(cancellation);
        await db.TrainingMaps.Where(map => map.ComparisonId == comparisonId).ExecuteDeleteAsync(cancellation);
        await db.ClassScores.Where(scores => scores.ComparisonId == comparisonId).ExecuteDeleteAsync(cancellation);
        await db.ComparisonAnalyses.Where(analysis => analysis.ComparisonId == comparisonId)
            .ExecuteDeleteAsync(cancellation);
        await db.TextEffects.Where(effects => effects.ComparisonId == comparisonId).ExecuteDeleteAsync(cancellation);
        var summary = cohorts.Dense.Count >= Math.Clamp(comparison.ExpectedDense, 1, Labelling.FewestSeeds)
            && cohorts.Pruned.Count >= Math.Clamp(comparison.ExpectedPruned, 1, Labelling.FewestSeeds)
            ? await LabelAsync(source, db, comparison, cohorts, cancellation) : null;
        await Labelling.DoneAsync(
            db, comparisonId, readAfter, summary, await DifferencesAsync(db, comparison, summary, cancellation),
            cancellation);
    }

    /// <summary>How new labels differ from those that a bundle states; null if no bundle states any.</summary>
    private static async Task<string[]?> DifferencesAsync(
        PieDbContext db, Comparison comparison, ComparisonSummary? summary, CancellationToken cancellation)
    {
        if (comparison.Stated is not { } stated || summary is null) return null;
        var differences = stated.DifferencesFrom(summary).ToList();
        // Whether a PIE is replicated may depend on the version of the analysis.
        if (stated.AnalysisVersion == ComparisonAnalysis.CurrentVersion && stated.Labels is { } labels
            && labels != await LabelDigest.OfAsync(db, comparison.Number, cancellation))
            differences.Add("labels: the SHA-256 of their votes, majorities and PIEs is another one");
        return [.. differences];
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
        var gold = await GoldLabels.ReadAsync(source, comparison.Split, cohorts.Dataset, cancellation);
        var scores = new CohortScores(source, comparison, cohorts, gold, blockBytes);
        var (epochs, noInfluence) = await scores.EpochsAsync(cancellation);
        var map = new Cartography(gold);
        var ranking = epochs.Count > 0 ? await scores.RankingAsync(epochs[0], map, cancellation) : null;

        var counted = await CountAsync(source, comparison, cohorts, gold, cancellation);
        var tally = counted.Comparison;
        var summary = tally.Summary(
            [.. cohorts.Pruned.Select(run => run.AchievedSparsity).OfType<double>()],
            cohorts.Dense.Count >= comparison.ExpectedDense && cohorts.Pruned.Count >= comparison.ExpectedPruned,
            epochs,
            noInfluence,
            await CollapsedAsync(source, comparison, gold, cohorts.Dense, tally.Dense, cancellation),
            await CollapsedAsync(source, comparison, gold, cohorts.Pruned, tally.Pruned, cancellation));
        var distribution = counted.Classes.Distribution();
        var collapse = new Collapse(
            CohortCollapse.Of(summary.DenseCollapsed, tally.DenseScores),
            CohortCollapse.Of(summary.PrunedCollapsed, tally.PrunedScores));
        var confidence = await scores.SelfConfidenceAsync(cancellation);

        await using (var copy = await LabelCopy.BeginAsync(
            (NpgsqlConnection)db.Database.GetDbConnection(), comparison, cohorts, ranking, cancellation))
        {
            await foreach (var (position, label, measures) in MeasuredAsync(
                source, comparison, cohorts, gold, counted.Analysis, confidence, cancellation))
                await copy.WriteAsync(
                    position, label,
                    collapse.Dense.State < CollapseState.Most ? measures : measures with { Significance = null },
                    cancellation);
            await copy.CompleteAsync(cancellation);
        }
        db.ClassScores.Add(new ClassScores
        {
            ComparisonId = comparison.Id,
            Classes = counted.Classes.Scores(tally.Dense, tally.Pruned, distribution),
        });
        db.ComparisonAnalyses.Add(new ComparisonAnalysis
        {
            ComparisonId = comparison.Id,
            Result = counted.Analysis.Result(
                distribution, collapse, counted.Flips,
                await ClusterSeAsync(source, comparison, cohorts, counted.Flips, cancellation),
                await scores.DivergenceAsync(counted.Flips.Changed, cancellation),
                await scores.ConformalAsync(cancellation), counted.Settings?.Settings()),
        });
        // Provisional labels change with the next run.
        if (summary.Complete)
            await foreach (var effects in ComparisonTexts.AllAsync(
                source, comparison, cohorts.Dataset.Id, counted.IsPie, cancellation))
                db.TextEffects.Add(effects);
        if (ranking is not null)
        {
            db.Influences.AddRange(
                await InfluencesAsync(comparison, scores, epochs, ranking, map, counted.IsPie, cancellation));
            db.TrainingMaps.Add(new TrainingMap
            {
                ComparisonId = comparison.Id,
                Runs = (await cohorts.ObserversAsync(source, comparison, cancellation)).Count,
                Epochs = [.. epochs],
                Cells = TrainingMap.CellsOf(map, counted.IsPie),
            });
        }
        await db.SaveChangesAsync(cancellation);
        return summary;
    }

    /// <summary>The first pass: everything that is counted over all examples.</summary>
    private async Task<Counted> CountAsync(
        PieDbContext source, Comparison comparison, Cohorts cohorts, PackedLabels gold, CancellationToken cancellation)
    {
        var (_, task, classCount) = cohorts.Dataset;
        var (sizes, answers) = (cohorts.Sizes, new OpenAnswers(source, comparison, cohorts));
        var kind = await answers.KindAsync(cancellation);
        var counted = new Counted(
            new(task, classCount, sizes, cohorts.AllDense.Count), new(task, classCount),
            new(task, classCount, sizes, cohorts.SecondDense.Count),
            new(classCount, sizes, gold.Count, knowsAnswers: kind != OpenAnswerKind.Unknown),
            new bool[gold.Count], cohorts.AreSettings ? new(sizes) : null);
        var discordant = sizes.Paired ? new DiscordantSeeds(classCount) : null;
        await foreach (var block in BlocksAsync(source, comparison, cohorts, gold, cancellation))
        {
            var strata = new List<int>();
            foreach (var (label, isReplicated) in block.Labels())
            {
                if (counted.Settings is not null)
                    strata.Add(OverlapGivenMargin.Stratum(task, label.DenseVotes, sizes.Dense));
                counted.Comparison.Add(label);
                counted.Classes.Add(label, block.Answers.Gold, sizes);
                discordant?.Read(block.Answers.Dense, block.Answers.Pruned, label.Position);
                counted.Analysis.Add(label, discordant, isReplicated);
                counted.IsPie[block.Start + label.Position] = label.IsPie;
            }
            counted.Comparison.Add(
                block.Answers, block.AllDense, counted.IsPie[block.Start..(block.Start + block.Answers.Gold.Count)]);
            counted.Analysis.Add(block.Answers);
            counted.Settings?.Add(block.Answers, strata);
            if (kind == OpenAnswerKind.Texts)
                await answers.AddAsync(counted.Flips, block.Start, block.Answers, cancellation);
            else counted.Flips.Add(block.Start, block.Answers);
        }
        return counted;
    }

    /// <summary>
    /// The second pass: each example with its measures, of which the q values depend on all examples.
    /// </summary>
    private async IAsyncEnumerable<(int Position, LabelledExample Label, ExampleMeasures Measures)> MeasuredAsync(
        PieDbContext source, Comparison comparison, Cohorts cohorts, PackedLabels gold, AnalysisTally analysis,
        double[]? confidence, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var discordant = cohorts.ArePaired ? new DiscordantSeeds(cohorts.Dataset.ClassCount) : null;
        await foreach (var block in BlocksAsync(source, comparison, cohorts, gold, cancellation))
            foreach (var (label, isReplicated) in block.Labels())
            {
                var position = block.Start + label.Position;
                discordant?.Read(block.Answers.Dense, block.Answers.Pruned, label.Position);
                yield return (
                    position, label, analysis.Measures(label, discordant, isReplicated, confidence?[position]));
            }
    }

    /// <param name="first">The examples by their EL2N after the first epoch.</param>
    /// <param name="map">Has the scores of the first epoch, and gets those of the others.</param>
    private static async Task<IReadOnlyList<Influence>> InfluencesAsync(
        Comparison comparison, CohortScores scores, IReadOnlyList<int> epochs, InfluenceRanking first, Cartography map,
        bool[] isPie, CancellationToken cancellation)
    {
        var (influences, losses) = (new List<Influence>(), await scores.LossesAsync(cancellation));
        foreach (var epoch in epochs)
        {
            var ranking = epoch == epochs[0] ? first : await scores.RankingAsync(epoch, map, cancellation);
            influences.Add(new Influence
            {
                ComparisonId = comparison.Id,
                Epoch = epoch,
                Bins = InfluenceBin.Of(ranking.Bin, ranking.El2n, isPie, losses),
            });
        }
        return influences;
    }

    /// <param name="IsPie">Whether each example is a PIE.</param>
    /// <param name="Settings">Null unless the runs are several settings of a compression.</param>
    private sealed record Counted(
        ComparisonTally Comparison, ClassTally Classes, AnalysisTally Analysis, FlipTally Flips, bool[] IsPie,
        SettingTally? Settings);

    /// <summary>For one model against one, and examples that have clusters; else null.</summary>
    private static async Task<double?> ClusterSeAsync(
        PieDbContext source, Comparison comparison, Cohorts cohorts, FlipTally flips, CancellationToken cancellation)
    {
        var dataset = cohorts.Dataset.Id;
        if (!cohorts.Sizes.IsOneAgainstOne
            || !await source.Datasets.AnyAsync(
                found => found.Id == dataset && found.Attributes.Contains(FoundDataset.Cluster), cancellation))
            return null;
        var clusters = new List<string?>();
        await foreach (var cluster in source.Database.SqlQuery<string?>($"""
            SELECT attributes ->> {FoundDataset.Cluster} AS "Value" FROM examples
            WHERE dataset_id = {dataset} AND split = {Wire.Name(comparison.Split)} ORDER BY position
            """).AsAsyncEnumerable().WithCancellation(cancellation))
            clusters.Add(cluster);
        return AccuracyChange.ClusterSe(flips.Gain, clusters);
    }

    private async IAsyncEnumerable<ComparedBlock> BlocksAsync(
        PieDbContext source, Comparison comparison, Cohorts cohorts, PackedLabels gold,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (_, task, classCount) = cohorts.Dataset;
        Run[] runs = [.. cohorts.AllDense, .. cohorts.Pruned];
        var places = runs.Index().ToDictionary(run => run.Item.Id, run => run.Index);
        await foreach (var (block, classes) in PackedColumn.Classes(comparison.Split).ReadAsync(
            source, Array.ConvertAll(runs, run => run.Id), gold.Count,
            PackedLabels.BytesPerExample(task, classCount), blockBytes, cancellation))
        {
            yield return new(
                block.Start, new(gold.Slice(block.Start, block.Count), Of(cohorts.Dense), Of(cohorts.Pruned)),
                Of(cohorts.AllDense), Of(cohorts.SecondDense));

            IReadOnlyList<PackedLabels> Of(IReadOnlyList<Run> cohort) =>
                [.. cohort.Select(run => new PackedLabels(task, classCount, classes[places[run.Id]]))];
        }
    }

    /// <summary>The predictions for a block of examples.</summary>
    /// <param name="Start">The position of its first example.</param>
    private sealed record ComparedBlock(
        int Start, ComparedAnswers Answers, IReadOnlyList<PackedLabels> AllDense,
        IReadOnlyList<PackedLabels> SecondDense)
    {
        /// <summary>Each example, and whether a PIE is one against the second dense cohort too; null if it is not a
        /// PIE, and without such a cohort.</summary>
        public IEnumerable<(LabelledExample Label, bool? IsReplicated)> Labels()
        {
            var (second, pruned) = SecondDense.Count == 0
                ? (null, null) : (Majority.Of(SecondDense), Majority.Of(Answers.Pruned));
            return PieLabeling.Label(Answers.Gold, Answers.Dense, Answers.Pruned).Select(label => (
                label,
                second is null || !label.IsPie
                    ? null : (bool?)!second.At(label.Position).SequenceEqual(pruned!.At(label.Position))));
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
