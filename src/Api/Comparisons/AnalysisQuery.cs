using PieService.Api.Http;
using PieService.Domain;

namespace PieService.Api.Comparisons;

public sealed record AnalysisQuery : IRules
{
    public const double DefaultMargin = 0.01;

    /// <summary>The change of accuracy that is still equivalent, above 0 and below 1: 0.01 is one percentage
    /// point.</summary>
    public double Margin { get; init; } = DefaultMargin;

    public IEnumerable<FieldError> Broken()
    {
        if (Margin is not (> 0 and < 1)) yield return new("margin", "must be above 0 and below 1");
    }
}
