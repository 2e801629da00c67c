namespace PieService.Api.Access;

/// <summary>
/// Marks an operation that only reads although its HTTP method is that of a change, because its input is a body.
/// </summary>
public sealed record ChangesNothing;
