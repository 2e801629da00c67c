namespace PieService.Worker.Models;

/// <summary>A file of a pretrained model as messages call it: they reach clients, whom the folders of this machine do not concern.</summary>
internal static class ShownPath
{
    /// <returns>Of /any/where/CHECKPOINT/FILE only CHECKPOINT/FILE.</returns>
    public static string Of(string path) => Path.Join(Path.GetFileName(Path.GetDirectoryName(path)), Path.GetFileName(path));

    /// <summary>A message of the system, which names the whole path.</summary>
    public static string In(string message, string path) => message.Replace(path, Of(path), StringComparison.Ordinal);
}
