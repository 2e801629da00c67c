namespace PieService.Api.Http;

/// <summary>Metadata of an endpoint: a request header that it evaluates.</summary>
public sealed record RequestHeader(string Name, string Description);
