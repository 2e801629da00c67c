using System.Security.Cryptography;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Foreign;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Bundles;

/// <summary>
/// A bundle that was read completely and found consistent. Its examples and runs are read from the file again when they
/// are needed, so it is small however large the bundle is.
/// </summary>
public sealed class Bundle
{
    /// <summary>
    /// The total number of times that the file is read: for the checksums, for the checks, and for the examples and the
    /// runs when they are stored.
    /// </summary>
    public const int Readings = 4;

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

    /// <summary>The comparisons by their ordinals.</summary>
    public required IReadOnlyDictionary<int, StatedComparison> Comparisons { get; init; }

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
        Check("sweepId", manifest.SweepId, study.Sweep.Id);
        Check("datasetId", manifest.DatasetId, dataset.Id);
        Check("runs", manifest.Runs, runs.Count);
        Check("comparisons", manifest.Comparisons, comparisons.Count);
        var documents = DigestOfDocuments(bundle, dataset, study.Sweep, runs);
        var hash = StudyHash.Of(dataset.ContentHash, study.Sweep.Foreign, documents, runs);
        if (hash != manifest.ContentHash)
            throw bundle.Error(
                BundleEntries.Manifest, $"must be {hash}, which follows from the dataset and the runs",
                column: "contentHash");
        return new Bundle(source, limits, dataset, study)
        {
            Comparisons = comparisons,
            ContentHash = hash,
            Outline = StudyHash.Of(
                dataset.ContentHash, study.Sweep.Foreign, documents: null,
                runs.Select(run => run with { Values = null })),
        };

        void Check<T>(string field, T stated, T found) where T : IEquatable<T>
        {
            if (!stated.Equals(found))
                throw bundle.Error(
                    BundleEntries.Manifest, $"is {stated}, and must be {found} as in the other files", column: field);
        }
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

    /// <summary>The <see cref="DocumentHashes"/> of imported predictions; null if there are none.</summary>
    public byte[]? Documents()
    {
        using var bundle = new BundleFile(source, limits);
        if (!bundle.Names.Contains(BundleEntries.Documents)) return null;
        var hashes = new byte[bundle.LengthOf(BundleEntries.Documents)];
        using var content = bundle.Open(BundleEntries.Documents);
        content.ReadExactly(hashes);
        return hashes;
    }

    private static string? DigestOfDocuments(
        BundleFile bundle, Dataset dataset, BundledSweep sweep, List<StudiedRun> runs)
    {
        if (!bundle.Names.Contains(BundleEntries.Documents)) return null;
        var examples = sweep.Foreign is null ? 0
            : dataset.Splits.First(split => Wire.Name(split.Split) == runs[0].Splits[0]).Examples;
        if (bundle.LengthOf(BundleEntries.Documents) != (long)examples * DocumentHashes.Bytes)
            throw bundle.Error(
                BundleEntries.Documents,
                $"must have {DocumentHashes.Bytes} bytes for each example of imported predictions");
        using var content = bundle.Open(BundleEntries.Documents);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }

    private static Dictionary<int, StatedComparison> ComparisonsOf(BundleFile bundle, BundledStudy study)
    {
        var expected = study.Plan?.Comparisons.Count ?? study.Sweep.Foreign!.Comparisons().Count();
        var (comparisons, seen) = (new Dictionary<int, StatedComparison>(), new HashSet<Guid>());
        foreach (var comparison in bundle.Lines<BundledComparison>(BundleEntries.Comparisons, allowsNull: true))
        {
            if (comparisons.Count == expected)
                throw bundle.Error(
                    BundleEntries.Comparisons, $"has more comparisons than the {expected} of the sweep", expected + 1);
            var isNew = comparison is not null && seen.Add(comparison.Id);
            if (!isNew || !comparisons.TryAdd(comparison!.Ordinal, new(comparison.Id, comparison.Stated)))
                throw bundle.Error(
                    BundleEntries.Comparisons, "must have an id and an ordinal that no earlier comparison has",
                    comparisons.Count + 1);
            if (comparison.Fault is { } fault)
                throw bundle.Error(BundleEntries.Comparisons, fault, comparisons.Count);
        }
        return comparisons.Count == expected
            ? comparisons
            : throw bundle.Error(
                BundleEntries.Comparisons, $"has {comparisons.Count} comparisons; the sweep has {expected}");
    }
}
