using Microsoft.OpenApi;
using PieService.Api.Http;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>Documents the stream of an operation that also returns pages.</summary>
public sealed class StreamResponses : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (var stream in context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<AlsoStreams>())
            OtherFormats.Add(operation, [stream.MediaType]);
    }
}
