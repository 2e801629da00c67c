using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using Microsoft.OpenApi;
using PieService.Api.Http;
using PieService.Api.Tables;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>
/// Documents the properties of an operation's query record (<see cref="Query{T}"/>) as its parameters.
/// </summary>
public sealed class QueryParameters : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        // These parameters are bound by a BindAsync method of their own, which the API explorer does not analyse.
        foreach (var bound in context.ApiDescription.ParameterDescriptions.Where(p => IsBoundByUs(p.Type)))
        {
            if (operation.Parameters?.FirstOrDefault(p => p.Name == bound.Name) is { } opaque)
                operation.Parameters.Remove(opaque);
        }

        var queries = context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<QueryMetadata>()
            .Select(query => query.Type);
        foreach (var property in queries.SelectMany(type => type.GetProperties())
            .Where(property =>
                property.CanWrite
                && property.GetCustomAttribute<EditorBrowsableAttribute>()?.State != EditorBrowsableState.Never))
        {
            var defaults = Activator.CreateInstance(property.ReflectedType!);
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = JsonNamingPolicy.CamelCase.ConvertName(property.Name),
                In = ParameterLocation.Query,
                Required = property.IsDefined(typeof(RequiredAttribute)),
                Schema = context.SchemaGenerator.GenerateSchema(
                    property.PropertyType, context.SchemaRepository, memberInfo: property),
                Description = Description(property, defaults),
            });
        }
    }

    private static string? Description(PropertyInfo property, object? defaults) =>
        property.GetValue(defaults) is { } value and not false
            ? $"{XmlTexts.Summary(property)} Default: {JsonSerializer.Serialize(value, Domain.Json.Options).Trim('"')}."
            : XmlTexts.Summary(property);

    private static bool IsBoundByUs(Type? type) =>
        type is { IsGenericType: true }
        && (type.GetGenericTypeDefinition() == typeof(Query<>)
            || type.GetGenericTypeDefinition() == typeof(TableRequest<>)
            || type.GetGenericTypeDefinition() == typeof(Body<>));
}
