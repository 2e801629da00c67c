using Microsoft.OpenApi;
using PieService.Api.Tables;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>Copies the summary and the remarks of a table's class to its operation.</summary>
public sealed class TableTexts : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (var metadata in context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<TableMetadata>())
        {
            operation.Summary = XmlTexts.Summary(metadata.Table);
            operation.Description = XmlTexts.Remarks(metadata.Table);
        }
    }
}
