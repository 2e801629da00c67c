using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using PieService.Api.Tables;
using PieService.Domain;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>
/// Adds to each operation the requests and responses of Examples.json, which were recorded from a small real sweep.
/// </summary>
public sealed class Examples : IOperationFilter
{
    private static readonly JsonObject All = Read();

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (operation.OperationId is null || All[operation.OperationId] is not JsonObject examples) return;
        if (examples["request"] is { } request) Show(operation.RequestBody?.Content, request);
        foreach (var (status, response) in operation.Responses ?? [])
        {
            foreach (var (mediaType, media) in response.Content ?? new Dictionary<string, IOpenApiMediaType>())
            {
                if (media is OpenApiMediaType known && Answer(examples, status, mediaType) is { } answer)
                    known.Example = answer;
            }
            foreach (var (mediaType, media) in OtherFormats.Of(response))
            {
                if (Answer(examples, status, mediaType) is { } answer) media!["example"] = answer;
            }
        }
    }

    private static JsonNode? Answer(JsonObject examples, string status, string mediaType)
    {
        if (mediaType == MediaTypes.Of(TableFormat.Parquet)) return null; // binary content is of no use in a document
        if (mediaType == MediaTypes.Of(TableFormat.Latex) || mediaType.StartsWith("image/", StringComparison.Ordinal)
            || mediaType.StartsWith("text/", StringComparison.Ordinal))
            return examples[$"{status} {mediaType}"]?.DeepClone();
        if (mediaType == MediaTypes.Of(TableFormat.Ndjson))
            return string.Concat(examples[status]!["items"]!.AsArray().Select(item => Json.Write(item) + "\n"));
        return examples[status]?.DeepClone();
    }

    private static void Show(IDictionary<string, IOpenApiMediaType>? content, JsonNode example)
    {
        foreach (var media in content?.Values.OfType<OpenApiMediaType>() ?? []) media.Example = example.DeepClone();
    }

    private static JsonObject Read()
    {
        using var stream = typeof(Examples).Assembly.GetManifestResourceStream("Examples.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
