using Microsoft.OpenApi;
using PieService.Api.Figures;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>Documents the formats of an operation that returns a figure as a file.</summary>
public sealed class FigureResponses : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (!context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<FigureFileMetadata>().Any()) return;
        operation.Responses!["200"] = new OpenApiResponse
        {
            Description = "The whole file.",
            Content = Enum.GetValues<FigureFormat>().ToDictionary(
                format => format.MediaType().Split(';')[0],
                IOpenApiMediaType (format) => new OpenApiMediaType
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.String,
                        Format = format is FigureFormat.Png or FigureFormat.Pdf ? "binary" : null,
                    },
                }),
        };
    }
}
