using Microsoft.OpenApi;
using PieService.Api.Tables;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>Documents all formats of an operation that returns a table.</summary>
public sealed class TableResponses : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (!context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<TableMetadata>().Any()) return;
        var content = operation.Responses!["200"].Content!;
        foreach (var format in Enum.GetValues<TableFormat>().Except([TableFormat.Json]))
        {
            content[MediaTypes.Of(format)] = new OpenApiMediaType
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Format = format == TableFormat.Parquet ? "binary" : null,
                },
            };
        }
    }
}
