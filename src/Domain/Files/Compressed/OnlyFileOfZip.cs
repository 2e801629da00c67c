using PieService.Domain.Files.Archives;

namespace PieService.Domain.Files.Compressed;

/// <summary>The content of the only file of a zip archive; folders and what macOS adds do not count.</summary>
internal sealed class OnlyFileOfZip : ForwardReading
{
    private readonly ZipFile zip;
    private readonly Stream content;

    /// <exception cref="UnreadableFileException">
    /// The archive does not have exactly one file, is an Office document, or is damaged.
    /// </exception>
    public OnlyFileOfZip(SourceFile file, ByteLimit limit)
    {
        zip = new ZipFile(file, limit);
        try
        {
            content = zip.Open(OnlyName(file, zip.Names.Where(IsContent).ToList()));
        }
        catch
        {
            zip.Dispose();
            throw;
        }
    }

    public override int Read(Span<byte> buffer) => content.Read(buffer);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
            zip.Dispose();
        }
        base.Dispose(disposing);
    }

    private static bool IsContent(string name)
    {
        var own = name[(name.LastIndexOf('/') + 1)..];
        return own is not ("" or ".DS_Store" or "Thumbs.db" or "desktop.ini")
            && !own.StartsWith("._", StringComparison.Ordinal)
            && !name.StartsWith("__MACOSX/", StringComparison.Ordinal);
    }

    private static string OnlyName(SourceFile file, List<string> names)
    {
        if (names.Any(name => name is "[Content_Types].xml" or "mimetype"))
            throw Error(file, $"{Office(names)}; save the table as CSV (UTF-8), and send that file");
        return names.Count == 1 ? names[0] : throw Error(
            file,
            names.Count == 0
                ? "the zip archive has no file in it; send an archive of one file, or the file itself"
                : $"the zip archive has {names.Count} files ({ColumnNames.Listed(names)}), and only an archive of " +
                "one file is read; unpack it, and send its file, or a file for each split (train, validation, test)");
    }

    private static string Office(List<string> names) =>
        Has(names, "xl/") ? "the file is an Excel workbook (.xlsx)"
        : Has(names, "word/") ? "the file is a Word document (.docx)"
        : Has(names, "ppt/") ? "the file is a PowerPoint presentation (.pptx)"
        : "the file is an office document, such as a LibreOffice spreadsheet (.ods)";

    private static bool Has(List<string> names, string folder) =>
        names.Exists(name => name.StartsWith(folder, StringComparison.Ordinal));

    private static UnreadableFileException Error(SourceFile file, string message) =>
        new(file.Name, null, null, message);
}
