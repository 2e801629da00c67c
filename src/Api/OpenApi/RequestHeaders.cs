using Microsoft.OpenApi;
using PieService.Api.Http;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>
/// Documents the headers that an operation evaluates: those in its metadata, and If-None-Match with the status 304 if
/// its responses have an ETag.
/// </summary>
public sealed class RequestHeaders : IOperationFilter
{
    private static readonly RequestHeader IfNoneMatch = new(
        "If-None-Match", "The ETag of an earlier response. The status is 304 if the resource has not changed since.");

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var endpoint = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        var headers = endpoint.OfType<RequestHeader>().ToList();
        if (context.ApiDescription.HttpMethod == HttpMethods.Get && operation.Responses?.ContainsKey("200") == true
            && context.ApiDescription.RelativePath!.StartsWith("api/", StringComparison.Ordinal))
        {
            headers.Add(IfNoneMatch);
            operation.Responses["304"] = new OpenApiResponse
            {
                Description = "The resource has not changed since the response whose ETag is in If-None-Match.",
            };
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
