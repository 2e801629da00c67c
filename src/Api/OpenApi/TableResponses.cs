using Microsoft.OpenApi;
using PieService.Api.Tables;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>
/// Documents the file formats of an operation that returns a table. They are an extension of the response, not its
/// content: from several media types, client generators make a union of the table's type and text, which each call must
/// then take apart.
/// </summary>
public sealed class TableResponses : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<TableMetadata>().FirstOrDefault()
            is not { } table) return;
        OtherFormats.Add(operation, table.Formats.Except([TableFormat.Json]).Select(MediaTypes.Of));
        operation.Responses!["200"].Description =
            "A page of the table; with format or Accept, the whole table as a file: x-files has its media types.";
    }
}
