using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using PieService.Domain;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>Documents enums as strings, as they are serialized.</summary>
public sealed class WireEnumSchemas : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        var type = Nullable.GetUnderlyingType(context.Type) ?? context.Type;
        // The schema of a property only refers to the schema of the enum.
        if (!type.IsEnum || context.MemberInfo is not null || schema is not OpenApiSchema target) return;
        target.Type = JsonSchemaType.String;
        target.Format = null;
        target.Enum =
        [
            .. ((IEnumerable<string>)typeof(Wire).GetMethod(nameof(Wire.All))!.MakeGenericMethod(type)
                .Invoke(null, null)!)
                .Select(name => (JsonNode)JsonValue.Create(name)!),
        ];
    }
}
