using PieService.Domain.Datasets;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Foreign;

/// <summary>An imported sweep to which another import adds cohorts, or runs of its cohorts.</summary>
/// <param name="Seeds">The seeds that each cohort has.</param>
public sealed record ExtendedSweep(
    Guid DatasetId, Split Split, ForeignCohorts Foreign, IReadOnlyDictionary<string, IReadOnlySet<int>> Seeds)
{
    /// <summary>The <see cref="DocumentHashes"/> of its examples; null if its files have none.</summary>
    public byte[]? Documents { get; init; }

    /// <summary>
    /// The definition of the whole sweep: with its dataset, and with the cohorts that the definition leaves out behind
    /// its own, so that the paths of its fields stay the same.
    /// </summary>
    public PredictionImport Complete(PredictionImport import)
    {
        var stated = import.Cohorts ?? [];
        return import with
        {
            Dataset = new() { Id = DatasetId, Match = import.Dataset?.Match },
            Cohorts = [.. stated, .. Foreign.Cohorts.Where(known => stated.All(cohort => cohort?.Name != known.Name))],
        };
    }

    /// <summary>The cohorts of the sweep, and behind them those that the definition adds.</summary>
    public ForeignCohorts With(PredictionImport import) => Foreign with
    {
        Cohorts =
        [
            .. Foreign.Cohorts,
            .. import.Cohorts!.Where(cohort => Foreign.Cohorts.All(known => known.Name != cohort.Name)),
        ],
    };

    /// <summary>The faults of a definition, apart from those that it would have as that of a new sweep.</summary>
    public IReadOnlyList<FieldError> Check(PredictionImport import) => [.. Facts(import), .. Cohorts(import)];

    private IEnumerable<FieldError> Facts(PredictionImport import)
    {
        if (import.Split != Split) yield return new("split", $"must be {Wire.Name(Split)}, the split of the sweep");
        if (import.Dataset is { } dataset
            && dataset != new ForeignDataset { Match = dataset.Match, Id = dataset.Id is null ? null : DatasetId })
            yield return new("dataset", "is that of the sweep; state only match, or leave it out");
    }

    private IEnumerable<FieldError> Cohorts(PredictionImport import) =>
        from cohort in (import.Cohorts ?? []).Index()
        let known = Foreign.Cohorts.FirstOrDefault(known => known.Name == cohort.Item?.Name)
        where known is not null && known != cohort.Item
        select new FieldError(
            $"cohorts[{cohort.Index}]",
            $"states other facts than the cohort '{known.Name}' of the sweep; state the same, or leave it out");
}
