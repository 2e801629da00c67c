using System.Xml.Linq;
using Microsoft.OpenApi;
using PieService.Api.Tables;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>Copies the summary and the remarks of a table's class to its operation.</summary>
public sealed class TableTexts : IOperationFilter
{
    private static readonly Dictionary<string, XElement> Members =
        XDocument.Load(Path.ChangeExtension(typeof(TableTexts).Assembly.Location, ".xml"))
            .Descendants("member").ToDictionary(member => (string)member.Attribute("name")!);

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        foreach (var metadata in context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<TableMetadata>())
        {
            var texts = Members[$"T:{metadata.Table.FullName}"];
            operation.Summary = Text(texts.Element("summary"));
            operation.Description = Text(texts.Element("remarks"));
        }
    }

    private static string? Text(XElement? element) =>
        element is null ? null : XmlCommentsTextHelper.Humanize(string.Concat(element.Nodes()));
}
