using System.Text.Json.Serialization;

namespace PieService.Domain.Files;

public enum TextEncoding
{
    [JsonStringEnumMemberName("utf-8")] Utf8,
    [JsonStringEnumMemberName("latin-1")] Latin1,
}
