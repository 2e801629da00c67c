using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>Gives each operation the requests and answers of Examples.json, which a real small sweep made.</summary>
public sealed class Examples : IOperationFilter
{
    private static readonly JsonObject All = Read();

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (operation.OperationId is null || All[operation.OperationId] is not JsonObject examples) return;
        if (examples["request"] is { } request) Show(operation.RequestBody?.Content, request);
        foreach (var (status, response) in operation.Responses ?? [])
        {
            if (examples[status] is { } answer) Show(response.Content, answer);
            // An answer that looks different in another media type.
            foreach (var (type, media) in response.Content ?? new Dictionary<string, IOpenApiMediaType>())
            {
                if (examples[$"{status} {type}"] is { } other && media is OpenApiMediaType shown) shown.Example = other.DeepClone();
            }
        }
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
