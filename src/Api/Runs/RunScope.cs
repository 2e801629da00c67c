using PieService.Api.Tables;
using PieService.Domain.Runs;

namespace PieService.Api.Runs;

/// <summary>The run that a table belongs to.</summary>
public sealed record RunScope(Run Run)
{
    public Provenance Provenance =>
        new(("run", Run.Id), ("sweep", Run.SweepId), ("dataset", Run.DatasetId)) { Recipe = Run.Fingerprint };

    public IReadOnlyList<string> TrainedBy => Run.Outcome is { } outcome ? [outcome.Versions] : [];
}
