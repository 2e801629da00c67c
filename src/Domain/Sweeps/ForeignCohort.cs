using System.ComponentModel.DataAnnotations;

namespace PieService.Domain.Sweeps;

/// <summary>
/// Runs that other programs made alike. It has no recipe: all that is known of its models is what the import states.
/// </summary>
public sealed record ForeignCohort
{
    /// <summary>The name of the cohort, 1 to 200 characters. It is unique in the import.</summary>
    [Required, StringLength(200, MinimumLength = 1)] public string? Name { get; init; }

    /// <summary>The model from which its runs were made; cohorts are compared with the baseline of their
    /// model.</summary>
    [Required, StringLength(200, MinimumLength = 1)] public string? Model { get; init; }

    /// <summary>Whether it is the cohort with which the others of its model are compared.</summary>
    public bool Baseline { get; init; }

    /// <summary>The compression in words, such as "GPTQ 4 bit".</summary>
    [StringLength(200, MinimumLength = 1)] public string? Compression { get; init; }

    /// <summary>The bits of a weight.</summary>
    [Range(0.0, 64.0, MinimumIsExclusive = true)] public double? Bits { get; init; }

    /// <summary>The share of the weights that were removed, in percent.</summary>
    [Range(0.0, 100.0)] public decimal? Sparsity { get; init; }
    public SeedPairing Pairing { get; init; }
}
