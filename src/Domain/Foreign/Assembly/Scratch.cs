namespace PieService.Domain.Foreign.Assembly;

/// <summary>Files for what does not stay in memory; they are deleted when they are closed.</summary>
internal static class Scratch
{
    public static FileStream Open(string folder) => new(
        Path.Combine(folder, $"scratch-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
        bufferSize: 64 * 1024, FileOptions.DeleteOnClose);
}
