using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.Uploads;

/// <summary>
/// Documents the body of an upload: a definition as JSON, and files. It is read as a stream, which the API explorer
/// cannot analyse.
/// </summary>
public static class UploadForm
{
    /// <param name="sample">An example of the definition, which can be sent as it is.</param>
    /// <param name="files">The names of the parts with files, and what each has.</param>
    /// <param name="others">What parts with any other name have; null if there may not be any.</param>
    public static OpenApiRequestBody Body<TDefinition>(
        OperationFilterContext context, JsonNode sample, IEnumerable<(string Part, string Description)> files,
        string? others = null)
    {
        var definition = new OpenApiSchema
        {
            AllOf = [context.SchemaGenerator.GenerateSchema(typeof(TDefinition), context.SchemaRepository)],
            Description = "What the files have, and how they are read.",
            Examples = [sample],
        };
        var properties = new Dictionary<string, IOpenApiSchema> { [MultipartUpload.DefinitionPart] = definition };
        foreach (var (part, description) in files) properties.Add(part, File(description));
        return new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                ["multipart/form-data"] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Required = new HashSet<string> { MultipartUpload.DefinitionPart },
                        Properties = properties,
                        AdditionalProperties = others is null ? null : File(others),
                    },
                    Example = new JsonObject { [MultipartUpload.DefinitionPart] = sample.DeepClone() },
                    Encoding = new Dictionary<string, OpenApiEncoding>
                    {
                        [MultipartUpload.DefinitionPart] = new() { ContentType = "application/json" },
                    },
                },
            },
        };
    }

    private static OpenApiSchema File(string description) => new()
    {
        Type = JsonSchemaType.String | JsonSchemaType.Null,
        Format = "binary",
        Description = description,
    };
}
