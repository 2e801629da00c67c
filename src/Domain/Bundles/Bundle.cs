using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Bundles;

/// <summary>
/// A bundle that was read completely and found consistent. Its examples and runs are read from the file again when they
/// are needed, so it is small however large the bundle is.
/// </summary>
public sealed class Bundle
{
    private readonly SourceFile source;
    private readonly ReadLimits limits;
    private readonly BundledStudy study;

    private Bundle(SourceFile source, ReadLimits limits, Dataset dataset, BundledStudy study) =>
        (this.source, this.limits, Dataset, this.study) = (source, limits, dataset, study);

    /// <summary>With the id that it has in the bundle.</summary>
    public Dataset Dataset { get; }

    public BundledSweep Sweep => study.Sweep;

    /// <summary>What the request expands to; null for the cohorts of imported predictions.</summary>
    public PlannedSweep? Plan => study.Plan;

    /// <summary>The ids of the comparisons by their ordinals.</summary>
    public required IReadOnlyDictionary<int, Guid> ComparisonIds { get; init; }

    /// <summary>The <see cref="StudyHash"/>, which follows from the runs.</summary>
    public required string ContentHash { get; init; }

    /// <summary>The same without predictions, observations and answers.</summary>
    public required string Outline { get; init; }

    /// <param name="limits">The limits of all files that are uploaded.</param>
    /// <exception cref="UnreadableFileException">
    /// A file is damaged, missing or unknown, or does not follow from the others.
    /// </exception>
    public static Bundle Read(SourceFile source, ReadLimits limits, CancellationToken cancellation)
    {
        using (var whole = new BundleFile(source, limits)) BundleChecksums.Verify(whole, cancellation);
        using var bundle = new BundleFile(source, limits);
        var manifest = bundle.Read<BundleManifest>(BundleEntries.Manifest);
        if (manifest.Format != BundleEntries.Format)
            throw bundle.Error(
                BundleEntries.Manifest, $"must be {BundleEntries.Format}, the format that this service reads",
                column: "format");
        var dataset = BundleExamples.Check(bundle, limits, cancellation);
        var study = BundledStudy.Read(bundle, dataset);
        var comparisons = ComparisonsOf(bundle, study);
        List<StudiedRun> runs =
            [.. new RunReader(bundle, dataset, study).Read(cancellation).Select(results => results.AsStudied())];
        var hash = StudyHash.Of(dataset.ContentHash, study.Sweep.Foreign, runs);
        if (hash != manifest.ContentHash)
            throw bundle.Error(
                BundleEntries.Manifest, $"must be {hash}, which follows from the dataset and the runs",
                column: "contentHash");
        return new Bundle(source, limits, dataset, study)
        {
            ComparisonIds = comparisons,
            ContentHash = hash,
            Outline = StudyHash.Of(
                dataset.ContentHash, study.Sweep.Foreign, runs.Select(run => run with { Values = null })),
        };
    }

    /// <summary>The dataset with this id.</summary>
    public Dataset DatasetAs(Guid id) => new()
    {
        Id = id,
        Name = Dataset.Name,
        Task = Dataset.Task,
        Labels = Dataset.Labels,
        ContentHash = Dataset.ContentHash,
        Splits = Dataset.Splits,
        Dropped = Dataset.Dropped,
        Attributes = Dataset.Attributes,
        Quality = Dataset.Quality,
        CreatedAt = Dataset.CreatedAt,
    };

    /// <summary>The examples, for a dataset with this id.</summary>
    public IEnumerable<Example> Examples(Guid dataset, CancellationToken cancellation)
    {
        using var bundle = new BundleFile(source, limits);
        foreach (var (example, position) in BundleExamples.Positioned(
            bundle, bundle.Read<BundledDataset>(BundleEntries.Dataset)))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return example.AsExample(dataset, position);
        }
    }

    /// <summary>The runs with their predictions, one at a time.</summary>
    public IEnumerable<RunResults> Runs(CancellationToken cancellation)
    {
        using var bundle = new BundleFile(source, limits);
        foreach (var results in new RunReader(bundle, Dataset, study).Read(cancellation)) yield return results;
    }

    private static Dictionary<int, Guid> ComparisonsOf(BundleFile bundle, BundledStudy study)
    {
        var expected = study.Plan?.Comparisons.Count ?? study.Sweep.Foreign!.Comparisons().Count();
        var (ids, seen) = (new Dictionary<int, Guid>(), new HashSet<Guid>());
        foreach (var comparison in bundle.Lines<BundledComparison>(BundleEntries.Comparisons, allowsNull: true))
            if (comparison is null || !seen.Add(comparison.Id) || !ids.TryAdd(comparison.Ordinal, comparison.Id))
                throw bundle.Error(
                    BundleEntries.Comparisons, "must have an id and an ordinal that no earlier comparison has",
                    seen.Count + 1);
        return ids.Count == expected
            ? ids
            : throw bundle.Error(BundleEntries.Comparisons, $"has {ids.Count} comparisons; the sweep has {expected}");
    }
}
