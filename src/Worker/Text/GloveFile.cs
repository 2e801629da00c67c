using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using PieService.Worker.Files;

namespace PieService.Worker.Text;

/// <summary>
/// Reads word vectors in GloVe's format, one "word v1 ... vD" per line, UTF-8, plain or gzip (recognised by its first
/// bytes), without a string or an array per line: the 840B file has 2.2 million lines.
/// </summary>
/// <remarks>
/// D is the number of fields of the first line minus one. The last D fields of a line are its numbers and all before
/// them are the word, because a few words of GloVe 840B contain spaces. A first line of exactly two whole numbers is
/// word2vec's header "count D": it defines D and is not a vector.
/// </remarks>
internal sealed class GloveFile : IDisposable
{
    private readonly string path;
    private readonly FileStream file;
    private readonly SHA256 hash = SHA256.Create();
    private readonly CryptoStream hashed;
    private readonly Stream text;

    private byte[] buffer = new byte[1 << 20];
    private char[] word = new char[256];
    private int start, end, wordLength;
    private long line;
    private bool atEnd;

    public GloveFile(string path)
    {
        this.path = path;
        file = RegularFile.OpenRead(path);
        Span<byte> magic = stackalloc byte[2];
        var isGzip = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1f, 0x8b];
        file.Position = 0;
        hashed = new CryptoStream(file, hash, CryptoStreamMode.Read);
        text = isGzip ? new GZipStream(hashed, CompressionMode.Decompress) : hashed;
    }

    /// <summary>D; known after the first <see cref="Next"/>.</summary>
    public int Dimensions => Values.Length;

    public ReadOnlySpan<char> Word => word.AsSpan(0, wordLength);

    /// <summary>The D numbers of the current line; the next line overwrites them.</summary>
    public double[] Values { get; private set; } = [];

    /// <summary>Moves to the next vector.</summary>
    /// <returns>False after the last vector.</returns>
    public bool Next(CancellationToken cancellation)
    {
        if (!ReadLine(cancellation, out var bytes)) return false;
        if (line == 1)
        {
            var isHeader = IsWord2VecHeader(bytes, out var dimensions);
            Values = new double[isHeader ? dimensions : bytes.Count((byte)' ')];
            if (Values.Length == 0) throw Malformed("it has no numbers");
            if (isHeader && !ReadLine(cancellation, out bytes)) return false;
        }
        Parse(bytes);
        return true;
    }

    /// <summary>The SHA-256 of the file's bytes, lower-case hex. Reads the rest of the file.</summary>
    public string Sha256(CancellationToken cancellation)
    {
        while (hashed.Read(buffer) > 0) cancellation.ThrowIfCancellationRequested();
        return Convert.ToHexStringLower(hash.Hash!);
    }

    public void Dispose()
    {
        text.Dispose();
        hashed.Dispose();
        file.Dispose();
        hash.Dispose();
    }

    private void Parse(ReadOnlySpan<byte> bytes)
    {
        var spaces = bytes.Count((byte)' ');
        if (spaces < Values.Length) throw Malformed($"it has {spaces} numbers, the first line has {Values.Length}");
        var wordEnd = -1;
        for (var field = spaces - Values.Length; field >= 0; field--)
            wordEnd += 1 + bytes[(wordEnd + 1)..].IndexOf((byte)' ');
        DecodeWord(bytes[..wordEnd]);

        var rest = bytes[(wordEnd + 1)..];
        for (var d = 0; d < Values.Length; d++)
        {
            if (!Utf8Parser.TryParse(rest, out Values[d], out var used) || !double.IsFinite(Values[d])
                || (used < rest.Length && rest[used] != ' '))
                throw Malformed($"number {d + 1} of '{Word}' cannot be read");
            rest = rest[Math.Min(used + 1, rest.Length)..];
        }
    }

    private void DecodeWord(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > word.Length) word = new char[2 * bytes.Length];
        wordLength = Encoding.UTF8.GetChars(bytes, word);
    }

    private static bool IsWord2VecHeader(ReadOnlySpan<byte> bytes, out int dimensions)
    {
        dimensions = 0;
        return Utf8Parser.TryParse(bytes, out long _, out var used) && used < bytes.Length && bytes[used] == ' '
            && Utf8Parser.TryParse(bytes[(used + 1)..], out dimensions, out var second)
            && used + 1 + second == bytes.Length
            && dimensions > 0;
    }

    /// <summary>The next line without its line end and trailing blanks; it is valid until the next call.</summary>
    private bool ReadLine(CancellationToken cancellation, out ReadOnlySpan<byte> bytes)
    {
        var searched = start;
        while (true)
        {
            var newline = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
            if (newline >= 0 || (atEnd && start < end))
            {
                var lineEnd = newline >= 0 ? searched + newline : end;
                bytes = buffer.AsSpan(start, lineEnd - start).TrimEnd(" \r"u8);
                start = newline >= 0 ? lineEnd + 1 : end;
                line++;
                return true;
            }
            bytes = default;
            if (atEnd) return false;
            cancellation.ThrowIfCancellationRequested();
            Fill();
            searched = start;
        }
    }

    private void Fill()
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
        if (end == buffer.Length) Array.Resize(ref buffer, 2 * buffer.Length);
        try
        {
            var read = text.Read(buffer, end, buffer.Length - end);
            atEnd = read == 0;
            end += read;
        }
        catch (InvalidDataException broken)
        {
            throw new InvalidDataException($"{path} is damaged after line {line}: {broken.Message}", broken);
        }
    }

    private InvalidDataException Malformed(string reason) => new($"{path}, line {line}: {reason}.");
}
