using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>Metadata of an endpoint: its 200 may also be a stream of this media type, which the API explorer takes for a replacement.</summary>
public sealed record AlsoStreams(string MediaType);

public sealed class StreamResponses : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (var stream in context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<AlsoStreams>())
            operation.Responses!["200"].Content![stream.MediaType] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
    }
}
