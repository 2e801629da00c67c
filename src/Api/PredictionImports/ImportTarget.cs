using Microsoft.EntityFrameworkCore;
using PieService.Api.Uploads;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Foreign;
using PieService.Domain.Storage;

namespace PieService.Api.PredictionImports;

/// <summary>The stored rows that a definition refers to: an existing dataset, and a sweep that it extends.</summary>
/// <param name="Dataset">Null if the dataset is made of the files, or if there is none with the id.</param>
/// <param name="Sweep">Null for a new sweep, or if there is no imported sweep with the id.</param>
public sealed record ImportTarget(Dataset? Dataset, ExtendedSweep? Sweep)
{
    /// <param name="import">Null if the definition could not be read.</param>
    public static async Task<ImportTarget> FindAsync(
        PieDbContext db, PredictionImport? import, CancellationToken cancellation)
    {
        var sweep = import?.SweepId is { } sweepId ? await ImportedSweeps.FindAsync(db, sweepId, cancellation) : null;
        var datasetId = sweep?.DatasetId ?? import?.Dataset?.Id;
        return new(
            datasetId is null ? null
                : await db.Datasets.AsNoTracking().SingleOrDefaultAsync(d => d.Id == datasetId, cancellation),
            sweep);
    }

    /// <summary>The faults of a definition; all of them, unless the sweep that it extends does not exist.</summary>
    public IReadOnlyList<FieldError> Check(PredictionImport import, IReadOnlyCollection<string> parts) =>
        import.SweepId is not null && Sweep is null
            ? [new("sweepId", "is not the id of an imported sweep; predictions are added only to such sweeps")]
            :
            [
                .. Sweep?.Check(import) ?? [], .. Existing(import), .. ReplicationRules.Check(import, Sweep),
                .. ImportRules.Check(Complete(import), parts),
            ];

    /// <summary>The runs that are stated twice.</summary>
    /// <param name="import">A definition without a fault.</param>
    public IReadOnlyList<FieldError> Conflicts(PredictionImport import) =>
        [.. ImportConflicts.Check(Complete(import), Sweep)];

    /// <summary>The definition with what the extended sweep states.</summary>
    public PredictionImport Complete(PredictionImport import) => Sweep?.Complete(import) ?? import;

    /// <summary>Reads the files of a definition without a fault.</summary>
    public ImportReading Read(
        PieDbContext db, PredictionImport import, IReadOnlyDictionary<string, SourceFile> files, ReadLimits limits,
        UploadFolder folder, CancellationToken cancellation)
    {
        var complete = Complete(import);
        var matched = Dataset is null ? null
            : new MatchedDataset(
                ForeignTasks.Of(Dataset, import.Split), Dataset.Labels,
                complete.Dataset!.Match ?? ExampleMatch.SourceId, StoredExamples.Of(db, Dataset, import.Split));
        if (Sweep is not null) matched = matched! with { Seeds = Sweep.Seeds, Documents = Sweep.Documents };
        return ForeignImport.Read(complete, files, matched, limits, folder.FullPath, cancellation);
    }

    private IEnumerable<FieldError> Existing(PredictionImport import)
    {
        if (Sweep is not null) yield break;
        if (Dataset is null)
        {
            if (import.Dataset?.Id is not null)
                yield return new("dataset.id", "is not the id of a dataset; GET /api/v1/datasets lists them");
        }
        else if (Dataset.Splits.All(split => split.Split != import.Split))
            yield return new(
                "split", "is not a split of the dataset, which has "
                + string.Join(", ", Dataset.Splits.Select(split => Wire.Name(split.Split))));
    }
}
