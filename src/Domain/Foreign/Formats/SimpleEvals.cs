using System.Text;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>
/// The results of simple-evals (_allresults.json), which have pages of text and no result for each example; so no
/// format
/// reads them.
/// </summary>
internal static class SimpleEvals
{
    private const int HeadBytes = 64 * 1024;

    /// <exception cref="UnreadableFileException">The file is one of simple-evals.</exception>
    public static void Refuse(SourceFile file, ReadLimits limits)
    {
        var head = new byte[HeadBytes];
        var length = 0;
        try
        {
            using var bytes = new SourceBytes(file, limits.OfFile);
            for (int read; length < head.Length && (read = bytes.Read(head.AsSpan(length))) > 0;) length += read;
        }
        catch (InvalidDataException)
        {
            return; // The reader of the format reports the damage with its place.
        }
        var text = Encoding.Latin1.GetString(head, 0, length);
        if (text.TrimStart().StartsWith("{\"score\":", StringComparison.Ordinal)
            && text.Contains("\"htmls\":", StringComparison.Ordinal))
            throw new UnreadableFileException(
                file.Name, null, null,
                "is an _allresults.json of simple-evals, which holds no result for each example; log the samples of "
                    + "each evaluation, for example as JSON lines with an id, the answer and whether it is right");
    }
}
