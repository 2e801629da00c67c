namespace PieService.Worker.Files;

/// <summary>
/// The folder of a pretrained model cannot be used in its present state. The message has the file in the form of <see
/// cref="ShownPath"/>, the field and the fault.
/// </summary>
public sealed class UnusableModelException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>
    /// The disk or the network failed to deliver a file that may exist; the next attempt may succeed.
    /// </summary>
    public bool MayPass => InnerException is IOException and not (FileNotFoundException or DirectoryNotFoundException
        or EndOfStreamException);

    public static UnusableModelException Unreadable(string path, Exception cause) =>
        new($"{ShownPath.Of(path)} cannot be read: {ShownPath.In(cause.Message, path)}", cause);
}
