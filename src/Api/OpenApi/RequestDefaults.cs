using System.Text.Json;
using Microsoft.OpenApi;
using PieService.Domain;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>
/// Documents the default values of request fields, which are read from an instance with no values set.
/// </summary>
public sealed class RequestDefaults : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (context.MemberInfo is not null || Blank(context.Type) is not { } blank) return;
        foreach (var property in context.Type.GetProperties())
        {
            if (schema.Properties?.TryGetValue(
                JsonNamingPolicy.CamelCase.ConvertName(property.Name), out var found) == true
                && found is OpenApiSchema target && property.GetValue(blank) is { } value)
                target.Default = JsonSerializer.SerializeToNode(value, Json.Options);
        }
    }

    private static object? Blank(Type type)
    {
        if (type.Namespace?.StartsWith(nameof(PieService), StringComparison.Ordinal) != true || type.IsAbstract
            || type.IsEnum) return null;
        var constructor = type.GetConstructors()
            .FirstOrDefault(candidate => candidate.GetParameters().All(parameter => parameter.HasDefaultValue));
        return constructor?.Invoke([.. constructor.GetParameters().Select(parameter => parameter.DefaultValue)]);
    }
}
