namespace PieService.Api.Http;

/// <summary>
/// Metadata of an endpoint: its 200 response is a file of this media type, of which clients can request ranges.
/// </summary>
public sealed record SendsFile(string MediaType);

/// <summary>
/// Metadata of an endpoint: its 200 response may also be a stream of this media type. It is not declared with Produces,
/// because the API explorer would take it for a replacement of the first media type.
/// </summary>
public sealed record AlsoStreams(string MediaType);
