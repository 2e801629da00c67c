using PieService.Domain;

namespace PieService.Api.Uploads;

/// <param name="Folder">The folder of the uploads while they are read; only this user has access to it.</param>
/// <param name="RequestBytes">The largest size of a request, in bytes.</param>
public sealed record UploadSettings(string Folder, long RequestBytes)
{
    private const long Mebi = 1024 * 1024;

    /// <param name="setting">Looks up PIE_UPLOAD_MIB.</param>
    /// <exception cref="FormatException">The setting is not a whole number in its range.</exception>
    public static UploadSettings From(PieFolders folders, Func<string, string?> setting) => new(
        Path.Combine(folders.Data, "uploads"), Mebi * Settings.Number(setting, "PIE_UPLOAD_MIB", 4096, 1, 1024 * 1024));
}
