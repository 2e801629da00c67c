namespace PieService.Domain.Pies;

/// <summary>What is doubtful about the PIEs of a comparison.</summary>
public static class ComparisonWarnings
{
    /// <param name="kind">Where the runs come from.</param>
    public static IEnumerable<Warning> Of(ComparisonSummary summary, CohortKind kind)
    {
        if (summary.DenseSeeds == 1) yield return new(WarningCode.OneSeed, kind.OneDenseRun(summary.PrunedSeeds));
        if (summary.NoiseFloor.Reason is { } reason)
            yield return new(WarningCode.NoNoiseFloor, $"There is no noise floor. {reason}");
        if (summary.TiedPies > 0)
            yield return new(
                WarningCode.TiedVotes,
                $"The vote of a cohort is tied on {summary.TiedPies} of {summary.Pies} PIEs. Filter the PIEs with "
                    + $"minMargin{(HasEvenCohort(summary) ? $", or {kind.OddRuns}" : "")}.");
        if (Collapsed("dense", summary.DenseCollapsed, summary.DenseSeeds) is { } dense)
            yield return new(WarningCode.DenseCollapsed, $"{dense} {kind.CollapseAdvice}");
        if (Collapsed("pruned", summary.PrunedCollapsed, summary.PrunedSeeds) is { } pruned)
            yield return new(WarningCode.PrunedCollapsed, pruned);
    }

    /// <summary>What is doubtful about a comparison whose bundle states other results.</summary>
    /// <param name="differences">From the results that its predictions give; empty if there are none.</param>
    public static IEnumerable<Warning> OfStated(IReadOnlyList<string> differences)
    {
        if (differences.Count > 0)
            yield return new(
                WarningCode.StatedResultsDiffer,
                $"The bundle of this comparison states other results than its predictions give here, which are shown: "
                    + $"{string.Join("; ", differences)}. Either its runs are those of this service and have other "
                    + "predictions, or the bundle was changed or was written by another version: ask its author.");
    }

    /// <summary>With an odd number of runs, only a vote about more than two labels can be tied.</summary>
    private static bool HasEvenCohort(ComparisonSummary summary) =>
        int.IsEvenInteger(summary.DenseSeeds) || int.IsEvenInteger(summary.PrunedSeeds);

    /// <summary>
    /// Of a cohort of which most runs have collapsed, the majority vote has nothing to do with the texts.
    /// </summary>
    private static string? Collapsed(string cohort, int collapsed, int runs) =>
        CollapseStates.Of(collapsed, runs) < CollapseState.Most
            ? null
            : $"{collapsed} of {runs} {cohort} runs have collapsed: they give the same answer to almost every text, "
                + "or agree with the gold labels hardly more than by chance. The PIEs do not show an effect of "
                + "compression.";
}
