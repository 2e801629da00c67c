namespace PieService.Worker.Models;

/// <summary>
/// A pretrained model's folder cannot be used as it is; the message names the file as <see cref="ShownPath"/> does, the field and
/// what is wrong.
/// </summary>
public sealed class UnusableModelException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The disk or the network refused something that may be there; the next attempt may get it.</summary>
    public bool MayPass => InnerException is IOException and not (FileNotFoundException or DirectoryNotFoundException or EndOfStreamException);

    public static UnusableModelException Unreadable(string path, Exception cause) =>
        new($"{ShownPath.Of(path)} cannot be read: {ShownPath.In(cause.Message, path)}", cause);
}
