namespace PieService.Api.Access;

/// <summary>Marks an operation that only asks, although its method is that of a change: its question needs a body.</summary>
public sealed record ChangesNothing;
