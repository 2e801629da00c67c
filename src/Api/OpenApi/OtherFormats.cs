using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace PieService.Api.OpenApi;

/// <summary>
/// The formats other than JSON in which an operation also returns its result: the extension x-files of a response, with
/// media types and their objects as content has them.
/// </summary>
public static class OtherFormats
{
    public const string Name = "x-files";

    public static void Add(OpenApiOperation operation, IEnumerable<string> mediaTypes)
    {
        var response = (OpenApiResponse)operation.Responses!["200"];
        response.Extensions ??= new Dictionary<string, IOpenApiExtension>();
        response.Extensions[Name] = new JsonNodeExtension(new JsonObject(mediaTypes.Select(type =>
            KeyValuePair.Create<string, JsonNode?>(
                type, new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } }))));
    }

    /// <summary>The media types of a response with their objects; empty if it has only its content.</summary>
    public static JsonObject Of(IOpenApiResponse response) =>
        response.Extensions?.TryGetValue(Name, out var extension) == true
        && extension is JsonNodeExtension { Node: JsonObject formats } ? formats : [];
}
