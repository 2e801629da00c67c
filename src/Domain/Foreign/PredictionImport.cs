using System.ComponentModel.DataAnnotations;
using PieService.Domain.Datasets;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Foreign;

/// <summary>The definition of an import of predictions that other programs made.</summary>
/// <remarks><see cref="ImportRules"/> checks the values.</remarks>
public sealed record PredictionImport
{
    /// <summary>The name of the import, 1 to 200 characters.</summary>
    [Required, StringLength(200, MinimumLength = 1)] public string? Name { get; init; }

    /// <summary>The split that the predictions are for.</summary>
    public Split Split { get; init; } = Split.Test;

    /// <summary>How the runs of a cohort differ; by default no cohort has several.</summary>
    public ReplicationKind Replication { get; init; }

    /// <summary>An imported sweep to which these predictions are added; null to make a new one.</summary>
    public Guid? SweepId { get; init; }

    /// <summary>
    /// Required for a new sweep. With sweepId it is the dataset of the sweep; only match may be stated.
    /// </summary>
    public ForeignDataset? Dataset { get; init; }

    /// <summary>
    /// Required for a new sweep. With sweepId, cohorts that the sweep has may be left out, or must be as they are
    /// there.
    /// </summary>
    [Length(1, ImportLimits.Cohorts)] public IReadOnlyList<ForeignCohort>? Cohorts { get; init; }

    /// <summary>The parts of the upload that have files, and how each is read.</summary>
    [Required, Length(1, ImportLimits.Files)] public IReadOnlyList<ForeignFile>? Files { get; init; }
    public NoAnswerRule NoAnswer { get; init; }
    public MissingRule OnMissing { get; init; }
}
