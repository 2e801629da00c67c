using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PieService.Worker.Models;

namespace PieService.Worker.Resources;

internal static class CheckpointVersion
{
    /// <summary>Identifies the present content of a folder, so that a change of the content is noticed.</summary>
    public static string Of(DirectoryInfo folder)
    {
        var files = from name in PretrainedBert.FilesIn(folder.FullName)
                    let file = new FileInfo(Path.Combine(folder.FullName, name))
                    select string.Create(
                        CultureInfo.InvariantCulture, $"{name} {file.Length} {file.LastWriteTimeUtc.Ticks}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files))))[..16];
    }
}
