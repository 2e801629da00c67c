namespace PieService.Worker.Hub;

/// <summary>The properties of a file that the hub states before the download.</summary>
/// <param name="Url">The file's address at the hub; its content may come from another server.</param>
/// <param name="Commit">The commit of the model's repository; null if the hub states no commit.</param>
/// <param name="Checksum">The checksum of the content; null if the hub states no checksum.</param>
public sealed record HubFile(Uri Url, string? Commit, HubChecksum? Checksum);
