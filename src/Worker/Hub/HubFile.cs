namespace PieService.Worker.Hub;

/// <summary>What the hub says about a file before it is downloaded.</summary>
/// <param name="Url">The file's address at the hub; its content may come from another server.</param>
/// <param name="Commit">The commit of the model's repository; null if the hub states none.</param>
/// <param name="Checksum">Null if the hub states none.</param>
public sealed record HubFile(Uri Url, string? Commit, HubChecksum? Checksum);
