namespace PieService.Api.Http;

/// <summary>Metadata of an endpoint: its 200 is a file of this media type, and clients can request parts of it.</summary>
public sealed record SendsFile(string MediaType);

/// <summary>Metadata of an endpoint: its 200 may also be a stream of this media type, which the API explorer takes for a replacement.</summary>
public sealed record AlsoStreams(string MediaType);
