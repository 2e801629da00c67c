using PieService.Api.Comparisons;
using PieService.Api.SweepAnalysis;
using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;

namespace PieService.Api.Pages;

/// <summary>A comparison in words.</summary>
public static class Compared
{
    /// <summary>The cohort that is compared: its method, or its name if its predictions were imported.</summary>
    public static string Cohort(IComparisonIdentity comparison) => comparison.Cohort ?? Wire.Name(comparison.Method);

    public static string Title(IComparisonIdentity comparison) => comparison.Cohort is { } cohort
        ? $"{cohort} against the baseline, {comparison.Model}"
        : $"{Wire.Name(comparison.Method)} at {Shown.Sparsity(comparison.Sparsity)} against "
            + $"{Wire.Name(comparison.Baseline)}, {comparison.Model}";

    public static string Title(OtherComparison comparison) => comparison.Cohort is { } cohort
        ? $"{cohort}, {comparison.Model}"
        : $"{Wire.Name(comparison.Method)} at {Shown.Sparsity(comparison.Sparsity)}, {comparison.Model}"
            + (comparison.Baseline == Method.Dense4E ? ", against dense4E" : "");

    /// <summary>The target and the achieved sparsity, or the compression of a cohort that was imported.</summary>
    public static string Size(SweepAnalysisResponse comparison)
    {
        if (comparison.Method == Method.External)
            return CompressionText.Of(comparison.Compression, comparison.Bits) ?? Shown.None;
        var target = Shown.Sparsity(comparison.Sparsity);
        return comparison.AchievedSparsity is { } achieved
            ? $"{target} → {Shown.Sparsity(achieved.Mean)}" : target;
    }

    /// <summary>The heading of the q values of a test.</summary>
    public static string QName(SignificanceTest test) =>
        test == SignificanceTest.Paired ? "q value, paired test" : "q value";

    /// <summary>The heading of the scores: their metric, or "Score" if it is not known yet.</summary>
    public static string ScoreName(IEnumerable<SweepAnalysisResponse> comparisons, CohortKind kind)
    {
        var metric = comparisons.Select(comparison => comparison.Score).FirstOrDefault(score => score is not null)
            ?.Metric;
        var name = metric switch
        {
            ScoreMetric.Accuracy => "Accuracy",
            ScoreMetric.MacroF1 => "Macro-F1",
            null => "Score",
        };
        return $"{name}, {kind.Baseline} → {kind.Compressed}";
    }

    public static string Scores(ScoreEstimates? score) =>
        score is null ? Shown.None : $"{Shown.Percent(score.Dense.Mean)} → {Shown.Percent(score.Pruned.Mean)}";

    /// <summary>The noise floor with its range; if there is none, <see cref="NoiseFloor.Reason"/> states why.</summary>
    public static string Floor(NoiseFloor? floor) => floor switch
    {
        { Mean: { } mean, P05: { } low, P95: { } high } =>
            Shown.Percent(mean, low, high),
        _ => Shown.None,
    };

    public static string Seeds(ComparedSeeds seeds, CohortKind kind) =>
        seeds is { Dense: { } dense, Pruned: { } pruned }
            ? $"{Shown.Count(dense)} {kind.Baseline}, {Shown.Count(pruned)} {kind.Compressed}"
            : $"{Shown.Count(seeds.Expected)} expected";

    /// <summary>What a reader must know before the numbers: whether they are provisional or runs collapsed.</summary>
    public static IEnumerable<string> Flags(SweepAnalysisResponse comparison)
    {
        if (comparison.Pies is null) yield return "not labelled yet";
        else if (!comparison.Complete) yield return "provisional";
        if (comparison.Collapse is not { } collapse) yield break;
        var kind = CohortKind.OfNamed(comparison.Cohort);
        foreach (var (name, cohort) in new[] { (kind.Baseline, collapse.Dense), (kind.Compressed, collapse.Pruned) })
        {
            if (cohort.Collapsed > 0)
                yield return $"{cohort.Collapsed} of {cohort.Runs} {name} runs collapsed";
        }
    }
}
