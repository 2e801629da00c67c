namespace PieService.Domain.Files.Parquet;

/// <summary>
/// Texts in DELTA_LENGTH_BYTE_ARRAY encoding: the lengths of all, then the bytes of all. In DELTA_BYTE_ARRAY encoding,
/// the lengths of what each text shares with the one before it come first.
/// </summary>
internal sealed class DeltaTexts
{
    private readonly DeltaBinaryPacked lengths;
    private readonly DeltaBinaryPacked? shared;
    private readonly ReadOnlyMemory<byte> texts;
    private readonly long most;
    private byte[] last = [];
    private int position;
    private long length, expanded;

    /// <param name="hasPrefixes">Whether the encoding is DELTA_BYTE_ARRAY.</param>
    /// <param name="most">The largest number of bytes of all texts of a page together: a shared prefix costs nothing in
    /// the page, so a short page could have terabytes of text.</param>
    /// <exception cref="InvalidDataException">The page is damaged.</exception>
    /// <exception cref="EndOfStreamException">The page ends too early.</exception>
    public DeltaTexts(ReadOnlyMemory<byte> page, bool hasPrefixes, long most)
    {
        this.most = most;
        if (hasPrefixes)
        {
            shared = new DeltaBinaryPacked(page);
            page = DeltaBinaryPacked.Behind(page);
        }
        lengths = new DeltaBinaryPacked(page);
        texts = DeltaBinaryPacked.Behind(page);
    }

    public string Next()
    {
        var (kept, own) = (shared?.Next() ?? 0, lengths.Next());
        if (kept < 0 || kept > length || own < 0)
            throw new InvalidDataException("has a text whose length does not match the one before it");
        if (own > texts.Length - position) throw new EndOfStreamException();
        expanded += kept + own;
        if (expanded > most) throw new InvalidDataException($"has a page of more than {most} bytes of text");
        var added = texts.Span.Slice(position, (int)own);
        position += (int)own;
        if (shared is null) return PlainValues.Text(added);
        length = kept + own;
        if (length > last.Length) Array.Resize(ref last, (int)Math.Max(length, Math.Min(2L * last.Length, most)));
        added.CopyTo(last.AsSpan((int)kept));
        return PlainValues.Text(last.AsSpan(0, (int)length));
    }
}
