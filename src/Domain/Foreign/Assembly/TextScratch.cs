using System.Text;

namespace PieService.Domain.Foreign.Assembly;

/// <summary>
/// Texts that are written once and read in any order, in a file that is deleted with it: texts of millions of examples
/// need no memory but 12 bytes each for their places.
/// </summary>
internal sealed class TextScratch(string folder) : IDisposable
{
    private readonly FileStream file = Scratch.Open(folder);
    private long length;

    /// <summary>Adds a text.</summary>
    public TextPlace Add(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        file.Position = length;
        file.Write(bytes);
        var place = new TextPlace(length, bytes.Length);
        length += bytes.Length;
        return place;
    }

    public string Read(TextPlace place)
    {
        var bytes = new byte[place.Length];
        file.Position = place.Offset;
        file.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    public void Dispose() => file.Dispose();
}

/// <summary>Where a text is in its file.</summary>
internal readonly record struct TextPlace(long Offset, int Length)
{
    public const int Bytes = sizeof(long) + sizeof(int);

    public static readonly TextPlace None = new(-1, 0);

    public bool IsNone => Offset < 0;
}
