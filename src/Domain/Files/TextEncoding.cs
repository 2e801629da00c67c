using System.Text.Json.Serialization;

namespace PieService.Domain.Files;

/// <summary>
/// The encoding of a text file without a byte order mark; a mark of UTF-8 or UTF-16 takes precedence.
/// </summary>
public enum TextEncoding
{
    [JsonStringEnumMemberName("utf-8")] Utf8,

    /// <summary>ISO 8859-1; its control characters, the bytes 0x80 to 0x9F, are errors.</summary>
    [JsonStringEnumMemberName("latin-1")] Latin1,

    /// <summary>The encoding of programs on Windows, such as Excel.</summary>
    [JsonStringEnumMemberName("windows-1252")] Windows1252,
}
