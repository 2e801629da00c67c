namespace PieService.Domain.Files;

/// <summary>The largest number of bytes that are read.</summary>
/// <param name="Rule">What sets the limit, for messages.</param>
public readonly record struct ByteLimit(long Bytes, string Rule);
