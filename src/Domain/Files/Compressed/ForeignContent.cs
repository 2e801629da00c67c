using System.Text.Unicode;

namespace PieService.Domain.Files.Compressed;

/// <summary>Well-known files that are not text, and what to do with each of them.</summary>
internal static class ForeignContent
{
    /// <summary>A tar archive has its mark at this offset.</summary>
    private const int TarMark = 257;

    public const int HeadBytes = TarMark + 5;

    /// <summary>A message for the user; null if the content may be text.</summary>
    /// <param name="head">The first bytes of the content, at least <see cref="HeadBytes"/> if it has as many.</param>
    public static string? Refusal(ReadOnlySpan<byte> head) =>
        Packings.Of(head) != Packing.None
            ? "the file is compressed twice; decompress it once before you send it"
        : head.StartsWith("PAR1"u8) ? "the file is a Parquet file; set 'format' to parquet"
        : head.Length >= HeadBytes && head[TarMark..].StartsWith("ustar"u8)
            ? "the file is a tar archive; unpack it, and send the file in it"
        : head.StartsWith((ReadOnlySpan<byte>)[.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C]) ? Archive("a 7-Zip archive")
        : head.StartsWith((ReadOnlySpan<byte>)[.. "Rar!"u8, 0x1A, 0x07]) ? Archive("a RAR archive")
        : head.StartsWith((ReadOnlySpan<byte>)[0x04, 0x22, 0x4D, 0x18]) ? Archive("compressed with LZ4")
        : head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x9D]) ? Archive("compressed with compress (.Z)")
        : head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
            ? "the file is an Excel workbook (.xls) or another old Office document; save the table as CSV (UTF-8), " +
            "and send that file"
        : head.StartsWith("SQLite format 3\0"u8) ? Data("a SQLite database")
        : head.StartsWith("ARROW1"u8) ? Data("an Arrow or Feather file")
        : head.StartsWith("ORC"u8) && !IsText(head) ? Data("an ORC file")
        : head.StartsWith((ReadOnlySpan<byte>)[.. "Obj"u8, 1]) ? Data("an Avro file")
        : head is [0x80, >= 2 and <= 5, _, ..] && !IsText(head) ? Data("a Python pickle")
        : head.StartsWith("%PDF-"u8) ? Data("a PDF document")
        : head.StartsWith("version https://git-lfs.github.com/spec/"u8)
            ? "the file is a Git LFS pointer, which stands for the real file; run git lfs pull, and send that file"
        : head.StartsWith("<!DOCTYPE html"u8) || head.StartsWith("<!doctype html"u8) || head.StartsWith("<html"u8)
            ? "the file is a web page; was it downloaded from a link to a page, instead of the file itself?"
        : null;

    private static bool IsText(ReadOnlySpan<byte> head) => Utf8.IsValid(head) && !head.Contains((byte)0);

    private static string Archive(string what) =>
        $"the file is {what}; unpack it, and send the file itself, or compress it with gzip, zip, bzip2, xz or zstd";

    private static string Data(string what) =>
        $"the file is {what}; export its table as CSV, JSON lines or Parquet, and send that file";
}
