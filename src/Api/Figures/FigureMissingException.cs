namespace PieService.Api.Figures;

/// <summary>A figure cannot be drawn, although its comparisons are labelled.</summary>
/// <param name="reason">What is missing, and when the figure can be drawn.</param>
public sealed class FigureMissingException(string reason) : Exception(reason);
