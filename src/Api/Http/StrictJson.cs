using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PieService.Api.Http;

/// <summary>JSON as RFC 8259 means it: every property once, and every string made of characters.</summary>
public static class StrictJson
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="JsonException">It is none.</exception>
    public static JsonNode? Parse(byte[] utf8)
    {
        try
        {
            // Otherwise broken bytes would be stored as replacement characters, and half surrogate pairs fail only when they are read.
            Strict.GetCharCount(utf8);
            var reader = new Utf8JsonReader(utf8);
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) reader.GetString();
            }
        }
        catch (DecoderFallbackException broken)
        {
            throw new JsonException($"byte {broken.Index} is not UTF-8", broken);
        }
        catch (InvalidOperationException half)
        {
            throw new JsonException("half of a surrogate pair (such as \\ud800) is no character", half);
        }
        return JsonNode.Parse(utf8, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
    }
}
