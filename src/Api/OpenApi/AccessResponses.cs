using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.OpenApi;
using PieService.Api.Access;
using PieService.Domain;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>
/// Documents for each operation that it requires a key, with which role, and the responses to requests that are
/// refused.
/// </summary>
public sealed class AccessResponses : IOperationFilter
{
    public const string Scheme = "key";

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.Responses ??= [];
        var endpoint = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        if (!endpoint.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
            operation.Responses.TryAdd(
                "401", new OpenApiResponse { Description = "The request has no API key, or an unknown one." });
            var role = Wire.Name(NeedsRole.Of([.. endpoint], context.ApiDescription.HttpMethod ?? HttpMethods.Get));
            operation.Responses.TryAdd(
                "403", new OpenApiResponse { Description = $"The operation requires the role {role}." });
        }
        if (!endpoint.OfType<DisableRateLimitingAttribute>().Any())
            operation.Responses.TryAdd(
                "429", new OpenApiResponse { Description = "Too many requests. Try again after Retry-After seconds." });
    }
}
