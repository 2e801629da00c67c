using Microsoft.OpenApi;
using PieService.Api.Http;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

public sealed class StreamResponses : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (var stream in context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<AlsoStreams>())
            operation.Responses!["200"].Content![stream.MediaType] =
                new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
    }
}
