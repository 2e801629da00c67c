using PieService.Domain;

namespace PieService.Api.Http;

/// <summary>
/// A request that cannot be bound or that breaks a rule. The response is a 400 with every error by field.
/// </summary>
public sealed class InvalidRequestException(IReadOnlyList<FieldError> errors) : Exception("The request is not valid.")
{
    public IReadOnlyList<FieldError> Errors { get; } = errors;

    public static void ThrowIfAny(IReadOnlyList<FieldError> errors)
    {
        if (errors.Count > 0) throw new InvalidRequestException(errors);
    }
}
