using PieService.Domain.Sweeps;

namespace PieService.Domain.Foreign;

/// <summary>The conditions for the cohorts of an import: every model has one baseline.</summary>
internal static class CohortRules
{
    public static IEnumerable<FieldError> Check(IReadOnlyList<ForeignCohort>? cohorts)
    {
        if (cohorts is not { Count: >= 1 and <= ImportLimits.Cohorts })
            return [new("cohorts", $"is required: 1 to {ImportLimits.Cohorts} cohorts")];
        return [.. cohorts.SelectMany(Each), .. Repeated(cohorts), .. Baselines(cohorts)];
    }

    private static IEnumerable<FieldError> Each(ForeignCohort? cohort, int i)
    {
        var at = $"cohorts[{i}]";
        if (cohort is null) return [new(at, "must be an object")];
        return [.. ImportRules.Name($"{at}.name", cohort.Name), .. ImportRules.Name($"{at}.model", cohort.Model),
            .. Facts(cohort, at)];
    }

    private static IEnumerable<FieldError> Facts(ForeignCohort cohort, string at)
    {
        if (cohort.Compression is { } compression && !FieldError.IsName(compression))
            yield return new($"{at}.compression", "must have 1 to 200 characters, none of them a control character");
        if (cohort.Bits is not (null or (> 0 and <= 64))) yield return new($"{at}.bits", "must be above 0, at most 64");
        if (cohort.Sparsity is not (null or (>= 0 and <= 100)))
            yield return new($"{at}.sparsity", "must be a percentage from 0 to 100");
        if (cohort is { Baseline: true, Pairing: not SeedPairing.None })
            yield return new($"{at}.pairing", "is for cohorts that are compared with the baseline; leave it out");
    }

    private static IEnumerable<FieldError> Repeated(IReadOnlyList<ForeignCohort> cohorts)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < cohorts.Count; i++)
            if (cohorts[i]?.Name is { } name && !first.TryAdd(name, i))
                yield return new($"cohorts[{i}].name", $"repeats cohorts[{first[name]}].name");
    }

    private static IEnumerable<FieldError> Baselines(IReadOnlyList<ForeignCohort> cohorts)
    {
        var baselines = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < cohorts.Count; i++)
            if (cohorts[i] is { Baseline: true, Model: { } model } && !baselines.TryAdd(model, i))
                yield return new(
                    $"cohorts[{i}].baseline", $"is a second baseline of its model, beside cohorts[{baselines[model]}]");
        for (var i = 0; i < cohorts.Count; i++)
            if (cohorts[i] is { Baseline: false, Model: { } model } && !baselines.ContainsKey(model))
                yield return new(
                    $"cohorts[{i}].model",
                    "has no baseline with which this cohort is compared; set baseline: true of one of its cohorts");
    }
}
