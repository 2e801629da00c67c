namespace PieService.Domain.Pies;

/// <summary>What is doubtful about the PIEs of a comparison.</summary>
public static class ComparisonWarnings
{
    public static IEnumerable<Warning> Of(ComparisonSummary summary)
    {
        if (summary.DenseSeeds == 1)
            yield return new(
                WarningCode.OneSeed,
                "One pruned model is compared with one dense model: most differences are churn between any two models. "
                    + "Submit a sweep with more seeds.");
        if (summary.NoiseFloor.Reason is { } reason)
            yield return new(WarningCode.NoNoiseFloor, $"There is no noise floor. {reason}");
        if (summary.TiedPies > 0)
            yield return new(
                WarningCode.TiedVotes,
                $"{summary.TiedPies} of {summary.Pies} PIEs rest on a tied vote of a cohort. Filter the PIEs with "
                    + "minMargin, or submit a sweep with an odd number of seeds.");
        if (Collapsed(WarningCode.DenseCollapsed, "dense", summary.DenseCollapsed, summary.DenseSeeds) is { } dense)
            yield return dense;
        if (Collapsed(
            WarningCode.PrunedCollapsed, "pruned", summary.PrunedCollapsed, summary.PrunedSeeds) is { } pruned)
            yield return pruned;
    }

    /// <summary>
    /// Of a cohort of which most runs have collapsed, the majority vote has nothing to do with the texts.
    /// </summary>
    private static Warning? Collapsed(WarningCode code, string cohort, int collapsed, int runs) =>
        CollapseStates.Of(collapsed, runs) < CollapseState.Most
            ? null
            : new(
                code,
                $"{collapsed} of {runs} {cohort} runs have collapsed: they give the same answer to almost every text, "
                    + "or answer by chance. The PIEs do not show an effect of pruning."
                    + (code == WarningCode.DenseCollapsed ? " Lower the learning rate, or train for more epochs."
                        : ""));
}
