using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>
/// Adds the texts of Descriptions.json: those of the tags, of path parameters by the segment before them, and of fields
/// that mean the same in every schema, where the code has no comment of its own. schemas has the texts of fields whose
/// types are not of this project.
/// </summary>
public sealed class Descriptions : IDocumentFilter
{
    private const string Extension = ".";

    private static readonly JsonObject All = Read();

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        // The order of the tags is that in which a reader needs them.
        swaggerDoc.Tags = Texts("tags")
            .Select(tag => new OpenApiTag { Name = tag.Key, Description = (string?)tag.Value }).ToHashSet();
        foreach (var (path, item) in swaggerDoc.Paths)
            foreach (var operation in item.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>())
                foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
                    if (parameter.In == ParameterLocation.Path) parameter.Description ??= OfPath(path, parameter.Name!);
        foreach (var (name, schema) in swaggerDoc.Components?.Schemas ?? new Dictionary<string, IOpenApiSchema>())
            foreach (var (field, property) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>())
                property.Description ??= (string?)(All["schemas"]![name]?[field] ?? All["fields"]![field]);
    }

    private static string? OfPath(string path, string parameter)
    {
        var before = path[..path.IndexOf($"{{{parameter}}}", StringComparison.Ordinal)];
        return (string?)All["paths"]![
            before.EndsWith(Extension, StringComparison.Ordinal) ? Extension : before.TrimEnd('/').Split('/')[^1]];
    }

    private static JsonObject Texts(string part) => All[part]!.AsObject();

    private static JsonObject Read()
    {
        using var stream = typeof(Descriptions).Assembly.GetManifestResourceStream("Descriptions.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
