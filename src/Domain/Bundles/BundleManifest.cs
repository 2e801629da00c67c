namespace PieService.Domain.Bundles;

/// <summary>What a bundle is.</summary>
/// <param name="Service">The version of the service that wrote the bundle.</param>
/// <param name="ContentHash">The <see cref="StudyHash"/> of the sweep.</param>
public sealed record BundleManifest(
    string Format, string Service, string ContentHash, Guid SweepId, Guid DatasetId, int Runs, int Comparisons);
