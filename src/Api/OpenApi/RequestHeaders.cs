using Microsoft.OpenApi;
using PieService.Api.Http;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>Documents the headers that an operation heeds: those that it names, and If-None-Match with its 304 where it answers with a tag.</summary>
public sealed class RequestHeaders : IOperationFilter
{
    private static readonly RequestHeader IfNoneMatch = new("If-None-Match", "The ETag of an earlier answer: 304 where nothing has changed since.");

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var endpoint = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        var headers = endpoint.OfType<RequestHeader>().ToList();
        if (context.ApiDescription.HttpMethod == HttpMethods.Get && operation.Responses?.ContainsKey("200") == true && context.ApiDescription.RelativePath!.StartsWith("api/", StringComparison.Ordinal))
        {
            headers.Add(IfNoneMatch);
            operation.Responses["304"] = new OpenApiResponse { Description = "Nothing has changed since the answer whose ETag If-None-Match names." };
        }
        operation.Parameters ??= [];
        foreach (var header in headers)
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = header.Name,
                In = ParameterLocation.Header,
                Description = header.Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }
    }
}
