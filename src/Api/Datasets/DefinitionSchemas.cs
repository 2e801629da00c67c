using Microsoft.OpenApi;
using PieService.Domain.Datasets;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.Datasets;

/// <summary>Documents the fields of a definition that accept two forms.</summary>
public static class DefinitionSchemas
{
    public static void MapDefinition(this SwaggerGenOptions options)
    {
        options.MapType<ColumnList>(() => Either(Text(), ListOf(Text())));
        options.MapType<LabelNames>(() => Either(
            new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Text() }, ListOf(Text())));
    }

    private static OpenApiSchema Either(params OpenApiSchema[] forms) => new() { OneOf = [.. forms] };

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };

    private static OpenApiSchema ListOf(OpenApiSchema items) => new()
    {
        Type = JsonSchemaType.Array,
        Items = items,
        MinItems = 1,
        MaxItems = DatasetLimits.MaxLabels,
    };
}
