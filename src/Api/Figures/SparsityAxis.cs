using System.Text.Json.Serialization;
using PieService.Api.Figures.Drawing;

namespace PieService.Api.Figures;

/// <summary>The quantity of the horizontal axis of a figure over the sparsity.</summary>
public enum SparsityScale
{
    /// <summary>The mean sparsity of the trained models.</summary>
    [JsonStringEnumMemberName("achieved")] Achieved,

    /// <summary>The sparsity that the request asked for.</summary>
    [JsonStringEnumMemberName("target")] Target,

    /// <summary>The share of the kept weights, 100 % - achieved, on a logarithmic axis.</summary>
    [JsonStringEnumMemberName("kept")] Kept,
}

/// <summary>The horizontal axis of a figure over the sparsity, with ticks at the targets.</summary>
/// <param name="Values">The values on the axis, in its unit.</param>
public sealed record SparsityAxis(
    SparsityScale Kind, IReadOnlyList<decimal> Targets, IReadOnlyList<double> Values)
{
    public string Title => Kind switch
    {
        SparsityScale.Achieved => "Achieved sparsity (%)",
        SparsityScale.Target => "Target sparsity (%)",
        SparsityScale.Kept => "Kept weights (%)",
    };

    public IReadOnlyList<Tick> Ticks =>
    [
        .. Targets.Order().Select(target => Kind == SparsityScale.Kept ? 100 - target : target)
            .Select(value => new Tick((double)value, NumberText.Percent(value))),
    ];

    /// <param name="achieved">Null if it is not known; the target takes its place.</param>
    public static double ValueOf(SparsityScale kind, decimal target, double? achieved) => kind switch
    {
        SparsityScale.Achieved => achieved ?? (double)target,
        SparsityScale.Target => (double)target,
        // A share of 0 has no place on a logarithmic axis.
        SparsityScale.Kept => Math.Max(100 - (achieved ?? (double)target), 1e-3),
    };

    public Scale Scale(double from, double to)
    {
        double[] all = [.. Values, .. Ticks.Select(tick => tick.Value)];
        var (low, high) = (all.Min(), all.Max());
        if (Kind == SparsityScale.Kept) return new(high * 1.15, low / 1.15, from, to, IsLog: true);
        var margin = high > low ? (high - low) * 0.05 : 5;
        return new(low - margin, high + margin, from, to);
    }
}
