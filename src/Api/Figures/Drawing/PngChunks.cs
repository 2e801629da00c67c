using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace PieService.Api.Figures.Drawing;

/// <summary>Adds chunks to a PNG file that the encoder of Skia does not write.</summary>
public static class PngChunks
{
    /// <summary>The signature and the chunk IHDR, after which others follow.</summary>
    private const int HeaderLength = 8 + 25;

    private const double InchesPerMetre = 1 / 0.0254;

    /// <summary>
    /// Adds the resolution, without which programs print the picture in another size, and the texts of the figure.
    /// </summary>
    public static byte[] Added(ReadOnlySpan<byte> png, int dotsPerInch, Picture picture)
    {
        using var file = new MemoryStream();
        file.Write(png[..HeaderLength]);
        Write(file, "pHYs", Resolution((uint)Math.Round(dotsPerInch * InchesPerMetre)));
        Write(file, "iTXt", Text("Title", picture.Title));
        Write(file, "iTXt", Text("Description", picture.Caption));
        Write(file, "iTXt", Text("Source", string.Join("; ", picture.Keywords)));
        file.Write(png[HeaderLength..]);
        return file.ToArray();
    }

    private static byte[] Resolution(uint dotsPerMetre)
    {
        var content = new byte[9];
        BinaryPrimitives.WriteUInt32BigEndian(content, dotsPerMetre);
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(4), dotsPerMetre);
        content[8] = 1; // the unit is the metre
        return content;
    }

    /// <summary>An uncompressed text in UTF-8, without a language and a translated keyword.</summary>
    private static byte[] Text(string keyword, string text) =>
        [.. Encoding.ASCII.GetBytes(keyword), 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(text)];

    private static void Write(MemoryStream file, string type, byte[] content)
    {
        var chunk = new byte[12 + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        content.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(
            chunk.AsSpan(8 + content.Length), Crc32.HashToUInt32(chunk.AsSpan(4, 4 + content.Length)));
        file.Write(chunk);
    }
}
