namespace PieService.Domain.Files.Archives;

/// <param name="Name">As the archive has it: it may be anything, and is only ever compared.</param>
/// <param name="IsFile">False: a folder, a link, a device.</param>
internal sealed record ArchiveEntry(string Name, bool IsFile, long Size, Stream Content);
