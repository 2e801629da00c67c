using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PieService.Api.Http;

/// <summary>JSON as RFC 8259 defines it: every property name is unique, and every string is valid Unicode.</summary>
public static class StrictJson
{
    private const int MaxDepth = 64;

    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="JsonException">
    /// The bytes are not valid JSON; the message states the reason for the client.
    /// </exception>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length == 0) throw new JsonException("the body is empty");
        try
        {
            // Without this check invalid bytes would be stored as replacement characters, and unpaired surrogates would
            // fail only when they are read.
            Strict.GetCharCount(utf8);
            var reader = new Utf8JsonReader(utf8);
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) reader.GetString();
            }
            return JsonNode.Parse(utf8, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException malformed) when (malformed.LineNumber is not null)
        {
            throw new JsonException(
                $"line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1} is not valid JSON, or is "
                + $"nested more than {MaxDepth} levels deep", malformed);
        }
        catch (DecoderFallbackException broken)
        {
            throw new JsonException($"byte {broken.Index} is not UTF-8", broken);
        }
        catch (InvalidOperationException half)
        {
            throw new JsonException("an unpaired surrogate (such as \\ud800) is not a character", half);
        }
    }
}
