using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.OpenApi;
using PieService.Api.Http;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>
/// Documents the problems that operations share, according to their input, so that endpoints need not list them.
/// </summary>
public sealed class SharedProblems : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        // Unknown parameters are errors, also for an operation that has no parameters.
        if (metadata.OfType<QueryMetadata>().Any()) Add(operation, "400");
        if (metadata.OfType<IAcceptsMetadata>().Any())
        {
            foreach (var status in (string[])["400", "413", "415"]) Add(operation, status);
        }
        if (context.ApiDescription.RelativePath?.StartsWith("api/", StringComparison.Ordinal) is true)
            Add(operation, "503");
    }

    private static void Add(OpenApiOperation operation, string status)
    {
        operation.Responses ??= [];
        operation.Responses.TryAdd(status, new OpenApiResponse());
    }
}
