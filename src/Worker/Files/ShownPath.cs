namespace PieService.Worker.Files;

/// <summary>
/// The name of a pretrained model's file in messages. Messages reach clients, so they must not show this machine's
/// folders.
/// </summary>
internal static class ShownPath
{
    /// <returns>For /any/where/CHECKPOINT/FILE only CHECKPOINT/FILE.</returns>
    public static string Of(string path) =>
        Path.Join(Path.GetFileName(Path.GetDirectoryName(path)), Path.GetFileName(path));

    /// <summary>A message of the system that contains the whole path.</summary>
    public static string In(string message, string path) => message.Replace(path, Of(path), StringComparison.Ordinal);
}
