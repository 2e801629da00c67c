using System.Reflection;
using System.Xml.Linq;
using PieService.Domain;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.OpenApi;

/// <summary>The documentation comments of types and properties, as plain text.</summary>
public static class XmlTexts
{
    /// <summary>The assemblies whose types the document has.</summary>
    public static readonly IReadOnlyList<Assembly> Documented = [typeof(XmlTexts).Assembly, typeof(Wire).Assembly];

    /// <summary>Both assemblies have members of the same names that source generators made.</summary>
    private static readonly ILookup<string, XElement> Members = Documented
        .SelectMany(assembly => CommentsOf(assembly).Descendants("member"))
        .ToLookup(member => (string)member.Attribute("name")!);

    /// <summary>
    /// The comments of an assembly, whose lines are not indented as in the code: Swagger UI would show them as code.
    /// </summary>
    public static XDocument CommentsOf(Assembly assembly)
    {
        var comments = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"));
        foreach (var text in comments.DescendantNodes().OfType<XText>())
            text.Value = string.Join(
                '\n', text.Value.Split('\n').Select((line, number) => number == 0 ? line : line.TrimStart()));
        return comments;
    }

    public static string? Summary(Type type) => Text($"T:{NameOf(type)}", "summary");

    public static string? Remarks(Type type) => Text($"T:{NameOf(type)}", "remarks");

    public static string? Summary(PropertyInfo property) =>
        Text($"P:{NameOf(property.DeclaringType!)}.{property.Name}", "summary");

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static string? Text(string member, string element) =>
        Members[member].FirstOrDefault()?.Element(element) is { } texts
            ? XmlCommentsTextHelper.Humanize(string.Concat(texts.Nodes())) : null;
}
