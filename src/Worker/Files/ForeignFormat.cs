using System.Buffers.Binary;

namespace PieService.Worker.Files;

/// <summary>Recognises files that stand in the place of another format, by their first bytes.</summary>
internal static class ForeignFormat
{
    /// <summary>More bytes are not looked at.</summary>
    public const int Beginning = 512;

    /// <summary>The first bytes of a model of fastText (FASTTEXT_FILEFORMAT_MAGIC_INT32, little-endian).</summary>
    private const int FastText = 793712314;

    private const string Lfs = "is a pointer of Git LFS, not the file itself: run `git lfs pull` in its folder";

    /// <summary>
    /// What a pointer of Git LFS is and how to replace it; null if the file does not begin like one.
    /// </summary>
    public static string? LfsPointer(ReadOnlySpan<byte> beginning) =>
        beginning.StartsWith("version https://git-lfs.github.com/"u8)
            || beginning.StartsWith("version https://hawser.github.com/"u8) ? Lfs : null;

    /// <summary>
    /// What the file is instead of a text with word vectors, and how to convert it; null if it may be such a text.
    /// </summary>
    public static string? InsteadOfVectors(ReadOnlySpan<byte> beginning)
    {
        if (LfsPointer(beginning) is { } pointer) return pointer;
        if (beginning.StartsWith("PK\u0003\u0004"u8) || beginning.StartsWith("PK\u0005\u0006"u8))
            return "is a zip archive: unpack it (`unzip FILE`), and keep the text file in this folder";
        if (beginning.StartsWith("BZh"u8)) return "is compressed with bzip2: decompress it (`bunzip2 FILE`)";
        if (beginning.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]))
            return "is compressed with xz: decompress it (`unxz FILE`)";
        if (beginning.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]))
            return "is compressed with zstd: decompress it (`unzstd FILE`)";
        if (beginning.StartsWith((ReadOnlySpan<byte>)[(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C]))
            return "is a 7z archive: unpack it (`7z e FILE`), and keep the text file in this folder";
        if (beginning.Length >= 262 && beginning[257..262].SequenceEqual("ustar"u8))
            return "is a tar archive: unpack it (`tar -xf FILE`), and keep the text file in this folder";
        if (beginning is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            return "is UTF-16: save it as UTF-8 (`iconv -f UTF-16 -t UTF-8 FILE > NAME.txt`)";
        if (beginning.Length >= 4 && BinaryPrimitives.ReadInt32LittleEndian(beginning) == FastText)
            return "is a binary model of fastText: take the .vec file of the same vectors, or convert it with gensim "
                + "in Python: gensim.models.fasttext.load_facebook_vectors(FILE).save_word2vec_format(\"NAME.txt\")";
        if (beginning is [0x80, >= 2 and <= 5, ..])
            return "is a pickle of Python: convert it with gensim in Python: "
                + "gensim.models.KeyedVectors.load(FILE).save_word2vec_format(\"NAME.txt\")";
        return null;
    }

    /// <summary>How to convert word2vec's binary format.</summary>
    public const string Word2VecBinary =
        "is word2vec's binary format: convert it with gensim in Python: gensim.models.KeyedVectors"
        + ".load_word2vec_format(FILE, binary=True).save_word2vec_format(\"NAME.txt\")";

    /// <summary>What to do with a file that has zero bytes.</summary>
    public const string Binary =
        "is not a text file: convert the vectors to one line \"word v1 ... vD\" for each word, in UTF-8";
}
