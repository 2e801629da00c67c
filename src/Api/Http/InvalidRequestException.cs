using PieService.Domain;

namespace PieService.Api.Http;

/// <summary>
/// A request that cannot be bound or that breaks a rule. The response is a 400 with every error by field.
/// </summary>
public class InvalidRequestException(IReadOnlyList<FieldError> errors) : Exception("The request is not valid.")
{
    public IReadOnlyList<FieldError> Errors { get; } = errors;

    /// <summary>The same errors of a value that is a part of a field, such as the filters in an address.</summary>
    public InvalidRequestException Within(string field) =>
        new([.. Errors.Select(error => error with { Field = $"{field}.{error.Field}" })]);

    public static void ThrowIfAny(IReadOnlyList<FieldError> errors)
    {
        if (errors.Count > 0) throw new InvalidRequestException(errors);
    }
}
