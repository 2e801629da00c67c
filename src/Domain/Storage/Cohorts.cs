using Microsoft.EntityFrameworkCore;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Storage;

/// <summary>
/// The runs of both cohorts of a comparison in seed order; of paired cohorts those of the seeds that both have.
/// </summary>
/// <param name="AllDense">All dense runs, including those of seeds that no pruned run has, so also the second dense
/// cohort.</param>
/// <param name="SecondDense">
/// The dense runs of the seeds that the sweep asked for besides those of its cohorts; empty if
/// there are too few for a vote.</param>
/// <param name="Replication">How the runs of a cohort differ.</param>
internal sealed record Cohorts(
    ComparedDataset Dataset, IReadOnlyList<Run> Dense, IReadOnlyList<Run> Pruned, IReadOnlyList<Run> AllDense,
    IReadOnlyList<Run> SecondDense, bool ArePaired, ReplicationKind Replication)
{
    /// <summary>Whether the runs of the pruned cohort are several settings of a compression.</summary>
    public bool AreSettings => Replication == ReplicationKind.Setting && Pruned.Count > 1;

    public ComparedCohorts Sizes => new(Dense.Count, Pruned.Count, ArePaired)
    {
        Kind = CohortKind.OfNamed(Dense is [var first, ..] ? first.Cohort : null),
    };

    /// <summary>
    /// The runs of this sweep that have predicted the split. A run that is being trained again keeps its earlier
    /// predictions until there are new ones.
    /// </summary>
    public static async Task<Cohorts> OfAsync(PieDbContext db, Comparison comparison, CancellationToken cancellation)
    {
        var (dataset, request, foreign) = await (
            from sweep in db.Sweeps
            join d in db.Datasets on sweep.DatasetId equals d.Id
            where sweep.Id == comparison.SweepId
            select ValueTuple.Create(
                new ComparedDataset(d.Id, d.Task, d.Labels.Length), sweep.Request, sweep.Foreign))
            .SingleAsync(cancellation);
        var runs = await (from link in db.SweepRuns
                          join run in db.Runs on link.RunId equals run.Id
                          where link.SweepId == comparison.SweepId && run.DatasetId == dataset.Id
                              && db.RunPredictions.Any(
                                  predictions => predictions.RunId == run.Id && predictions.Split == comparison.Split)
                              && (run.Fingerprint == comparison.DenseFingerprint
                                  || run.Fingerprint == comparison.PrunedFingerprint)
                          orderby run.Seed
                          select run).AsNoTracking().ToListAsync(cancellation);
        var common = runs.GroupBy(run => run.Seed).Where(seed => seed.Count() == 2).Select(seed => seed.Key)
            .ToHashSet();
        var dense = All(comparison.DenseFingerprint);
        List<Run> second = request is { Seeds: { } seeds }
            ? [.. dense.Where(run => run.Seed - seeds.First >= seeds.Count)] : [];
        if (second.Count < Labelling.FewestSeeds) second = [];
        var replication = foreign?.Replication ?? ReplicationKind.Training;
        return comparison.IsPaired
            ? new(
                dataset, Common(comparison.DenseFingerprint), Common(comparison.PrunedFingerprint), dense, second,
                ArePaired: true, replication)
            : new(dataset, dense, All(comparison.PrunedFingerprint), dense, second, ArePaired: false,
                replication);

        List<Run> All(string fingerprint) => [.. runs.Where(run => run.Fingerprint == fingerprint)];

        List<Run> Common(string fingerprint) => [.. All(fingerprint).Where(run => common.Contains(run.Seed))];
    }

    /// <summary>
    /// The dense runs of the cohort's seeds, which observed the training. They are also used if the baseline is
    /// dense4E, whose first epochs are the same.
    /// </summary>
    public async Task<IReadOnlyList<Run>> ObserversAsync(
        PieDbContext db, Comparison comparison, CancellationToken cancellation)
    {
        if (comparison.Baseline != Method.Dense4E || Dense.Count == 0) return Dense;
        var (fingerprint, seeds) =
            (RecipeFingerprint.Of(Dense[0].Recipe!.Dense), Dense.Select(run => run.Seed).ToArray());
        return await (from link in db.SweepRuns
                      join run in db.Runs on link.RunId equals run.Id
                      where link.SweepId == comparison.SweepId && run.DatasetId == Dataset.Id
                          && run.Fingerprint == fingerprint
                          && seeds.Contains(run.Seed)
                      orderby run.Seed
                      select run).AsNoTracking().ToListAsync(cancellation);
    }
}

internal sealed record ComparedDataset(Guid Id, LearningTask Task, int ClassCount);
