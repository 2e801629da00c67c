using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using PieService.Domain;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>Enums are documented as strings, exactly as they are on the wire.</summary>
public sealed class WireEnumSchemas : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        var type = Nullable.GetUnderlyingType(context.Type) ?? context.Type;
        // Of a property the schema only refers to the enum's own.
        if (!type.IsEnum || context.MemberInfo is not null || schema is not OpenApiSchema target) return;
        target.Type = JsonSchemaType.String;
        target.Format = null;
        target.Enum =
        [
            .. ((IEnumerable<string>)typeof(Wire).GetMethod(nameof(Wire.All))!.MakeGenericMethod(type).Invoke(null, null)!)
                .Select(name => (JsonNode)JsonValue.Create(name)!),
        ];
    }
}
