using PieService.Api.Http;

namespace PieService.Api.SweepAnalysis;

/// <summary>
/// A table cannot compare the comparisons that valid filters select: there are too many or too few, or they are on
/// several splits. The response is a 400; a page asks for other filters.
/// </summary>
public sealed class ComparisonChoiceException(string message)
    : InvalidRequestException([new("comparisons", message)]);
