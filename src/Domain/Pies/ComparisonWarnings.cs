namespace PieService.Domain.Pies;

/// <summary>What is doubtful about the PIEs of a comparison.</summary>
public static class ComparisonWarnings
{
    /// <param name="imported">Whether other programs made the runs.</param>
    public static IEnumerable<Warning> Of(ComparisonSummary summary, bool imported)
    {
        if (summary.DenseSeeds == 1) yield return new(WarningCode.OneSeed, OneSeed(summary.PrunedSeeds, imported));
        if (summary.NoiseFloor.Reason is { } reason)
            yield return new(WarningCode.NoNoiseFloor, $"There is no noise floor. {reason}");
        if (summary.TiedPies > 0)
            yield return new(
                WarningCode.TiedVotes,
                $"{summary.TiedPies} of {summary.Pies} PIEs rest on a tied vote of a cohort. Filter the PIEs with "
                    + $"minMargin, or {(imported ? "import" : "submit a sweep with")} an odd number of "
                    + $"{(imported ? "runs" : "seeds")}.");
        if (Collapsed("dense", summary.DenseCollapsed, summary.DenseSeeds) is { } dense)
            yield return new(WarningCode.DenseCollapsed, $"{dense} {AdviceFor(imported)}");
        if (Collapsed("pruned", summary.PrunedCollapsed, summary.PrunedSeeds) is { } pruned)
            yield return new(WarningCode.PrunedCollapsed, pruned);
    }

    /// <summary>What to do about a dense cohort that has collapsed.</summary>
    public static string AdviceFor(bool imported) => imported
        ? "Check that the answers were read as they are meant." : "Lower the learning rate, or train for more epochs.";

    private static string OneSeed(int pruned, bool imported) => (imported, pruned) switch
    {
        (false, _) => "One pruned model is compared with one dense model: most differences are churn between any two "
            + "models. Submit a sweep with more seeds.",
        (true, 1) => "One model is compared with one model. The PIEs are the examples that these two answer "
            + "differently, and do not show what the compression does to other models.",
        (true, _) => "The baseline is one run, so it is not known how many examples another run of it would answer "
            + $"differently: {ComparedCohorts.MoreImported("the baseline")}.",
    };

    /// <summary>
    /// Of a cohort of which most runs have collapsed, the majority vote has nothing to do with the texts.
    /// </summary>
    private static string? Collapsed(string cohort, int collapsed, int runs) =>
        CollapseStates.Of(collapsed, runs) < CollapseState.Most
            ? null
            : $"{collapsed} of {runs} {cohort} runs have collapsed: they give the same answer to almost every text, "
                + "or answer by chance. The PIEs do not show an effect of compression.";
}
