namespace PieService.Domain.Analysis;

/// <summary>
/// Sets of classes that contain the gold class of 90 % of the examples. A larger set states that the
/// model is less certain.
/// </summary>
/// <param name="Threshold">The largest 1 - p_c of a class c in a set, in [0, 1].</param>
/// <param name="MeanSize">The mean number of classes in a set, in [0, C].</param>
/// <param name="Coverage">The share of the sets that contain the gold class, in [0, 1].</param>
public sealed record ConformalSets(double Threshold, double MeanSize, double Coverage);
