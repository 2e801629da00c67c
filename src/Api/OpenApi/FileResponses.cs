using Microsoft.OpenApi;
using PieService.Api.Http;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

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
                    [file.MediaType] = new OpenApiMediaType
                    {
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" },
                    },
                },
            };
        }
    }
}
