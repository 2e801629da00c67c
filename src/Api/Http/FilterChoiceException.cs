namespace PieService.Api.Http;

/// <summary>
/// A table cannot show what valid filters select, such as too many comparisons. The response is a 400; a page, whose
/// form offers these filters, asks for others.
/// </summary>
public sealed class FilterChoiceException(string field, string message)
    : InvalidRequestException([new(field, message)]);
