namespace PieService.Api.Http;

/// <summary>Metadata of an endpoint: a header that it heeds.</summary>
public sealed record RequestHeader(string Name, string Description);
