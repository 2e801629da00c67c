using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Statistics;

namespace PieService.Api.Comparisons;

public static class PowerEndpoint
{
    public static void MapPower(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/power", Get).WithName("getPower").WithTags("Comparisons").ProducesProblem(400);

    /// <summary>Returns the probability that a number of seeds finds an effect on one example.</summary>
    /// <remarks>
    /// The effect is the difference of the shares that the labels have among the votes of both cohorts; the test is
    /// that of p in the table of PIEs. The level is alpha, or follows from q, for a share of the examples that is
    /// affected like this one. For two labels the power is exact; for three or four it comes from 20,000 random
    /// cohorts, the same for the same request.
    /// </remarks>
    private static Ok<PowerResponse> Get(Query<PowerQuery> query)
    {
        var asked = query.Value;
        var (votes, level) =
            (new VotePower(PowerQuery.Shares(asked.Dense!)!, PowerQuery.Shares(asked.Pruned!)!), asked.Level);
        var (alpha, power) = votes.At(level, asked.Seeds!.Value, asked.PrunedSeeds ?? asked.Seeds.Value);
        return TypedResults.Ok(
            new PowerResponse(power, alpha, votes.IsExact, votes.SeedsNeeded(level, asked.Power)));
    }
}

public sealed record PowerQuery : IRules
{
    private const double DefaultAlpha = 0.05, DefaultAffected = 0.1, Rounding = 1e-6;

    /// <summary>The share of each of the 2 to 4 labels among the dense votes, as 0.8,0.2. Their sum is 1.</summary>
    [Required] public string? Dense { get; init; }

    /// <summary>The shares of the same labels among the pruned votes.</summary>
    [Required] public string? Pruned { get; init; }

    /// <summary>The seeds of each cohort: from 2 to 200 for two labels, to 64 for three, to 40 for four.</summary>
    [Required] public int? Seeds { get; init; }

    /// <summary>The seeds of the pruned cohort, if it has others.</summary>
    public int? PrunedSeeds { get; init; }

    /// <summary>The level of p, between 0 and 1. By default 0.05, if there is no q.</summary>
    public double? Alpha { get; init; }

    /// <summary>The level of q, between 0 and 1, in place of alpha.</summary>
    public double? Q { get; init; }

    /// <summary>The share of the examples that are affected, above 0 and at most 1; only with q. By default
    /// 0.1.</summary>
    public double? Affected { get; init; }

    /// <summary>The power that seedsNeeded reaches, between 0 and 1.</summary>
    public double Power { get; init; } = 0.8;

    internal TestLevel Level => Q is { } q
        ? new TestLevel.Q(q, Affected ?? DefaultAffected) : new TestLevel.Alpha(Alpha ?? DefaultAlpha);

    /// <summary>Null if the text is not 2 to 4 shares with the sum 1.</summary>
    internal static double[]? Shares(string text)
    {
        var shares = Array.ConvertAll(text.Split(','), part =>
            double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share)
                ? share : double.NaN);
        return shares.Length is >= 2 and <= VotePower.MostLabels && Math.Abs(shares.Sum() - 1) <= Rounding
            ? shares : null;
    }

    public IEnumerable<FieldError> Broken()
    {
        const string Wrong = "must be 2 to 4 shares from 0 to 1 with the sum 1, separated by commas, such as 0.8,0.2";
        var dense = Dense is null ? null : Shares(Dense);
        if (dense is null) yield return new("dense", Wrong);
        if (Pruned is null || Shares(Pruned) is not { } pruned) yield return new("pruned", Wrong);
        else if (dense is not null && dense.Length != pruned.Length)
            yield return new("pruned", $"must have as many shares as dense, which has {dense.Length}");
        var most = VotePower.MostSeedsOf(dense?.Length ?? 2);
        var range = $"must be from {VotePower.FewestSeeds} to {most}";
        if (Seeds is null || Seeds < VotePower.FewestSeeds || Seeds > most) yield return new("seeds", range);
        if (PrunedSeeds < VotePower.FewestSeeds || PrunedSeeds > most) yield return new("prunedSeeds", range);
        if (Alpha is <= 0 or >= 1) yield return new("alpha", "must be above 0 and below 1");
        if (Q is <= 0 or >= 1) yield return new("q", "must be above 0 and below 1");
        if (Alpha is not null && Q is not null) yield return new("alpha", "must be left out if q is given");
        if (Affected is not null && Q is null) yield return new("affected", "must be left out without q");
        if (Affected is <= 0 or > 1) yield return new("affected", "must be above 0 and at most 1");
        if (Power is <= 0 or >= 1) yield return new("power", "must be above 0 and below 1");
    }
}

/// <param name="Power">The probability of a p value of at most alpha, in [0, 1].</param>
/// <param name="Alpha">The level; with q, the largest p value that q allows, 0 if it allows none.</param>
/// <param name="Exact">Whether the power is exact; else it comes from random cohorts.</param>
/// <param name="SeedsNeeded">The first number of seeds of both cohorts with the requested power, at most 200; null if
/// there is none. Power is a saw-tooth, so more seeds may have slightly less. For three labels (at most 64 seeds) and
/// four (at most 40) it is about this number, from 2,000 random cohorts for each number that is tried.</param>
public sealed record PowerResponse(double Power, double Alpha, bool Exact, int? SeedsNeeded);
