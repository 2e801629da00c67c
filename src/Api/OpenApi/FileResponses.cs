using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>Metadata of an endpoint: its 200 is a file of this media type, and parts of it can be asked for.</summary>
public sealed record SendsFile(string MediaType);

public sealed class FileResponses : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (var file in context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<SendsFile>())
        {
            operation.Responses!["200"] = new OpenApiResponse
            {
                Description = "The whole file.",
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    [file.MediaType] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
                },
            };
        }
    }
}
