namespace PieService.Domain.Files.Archives;

/// <param name="Name">The name in the archive. It may be any text, and is only compared, never used as a path.</param>
/// <param name="IsFile">False for a folder, a link or a device.</param>
internal sealed record ArchiveEntry(string Name, bool IsFile, long Size, Stream Content);
