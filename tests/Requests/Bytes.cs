using System.Text;

namespace PieService.Requests;

/// <summary>
/// Requests are built as text in which some characters stand for single bytes, so that they can contain invalid text.
/// </summary>
public static class Bytes
{
    private const char Zero = '\uE000';

    public static string Raw(params ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes) text.Append((char)(Zero + value));
        return text.ToString();
    }

    public static byte[] Of(string text)
    {
        var bytes = new MemoryStream(text.Length);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is >= Zero and <= Zero + byte.MaxValue) bytes.WriteByte((byte)(rune.Value - Zero));
            else bytes.Write(utf8[..rune.EncodeToUtf8(utf8)]);
        }
        return bytes.ToArray();
    }
}
