using Microsoft.AspNetCore.Http.Extensions;
using PieService.Domain;

namespace PieService.Api.Tables;

/// <summary>
/// The Link header of a table (RFC 8288): the resource it belongs to, the provenance of its rows, its next page, its
/// other formats.
/// </summary>
public static class TableLinks
{
    /// <param name="next">The parameter of the next page or file; null on the last one.</param>
    public static void Add(HttpContext context, Provenance provenance, (string Name, string Value)? next)
    {
        var request = context.Request;
        var links = provenance.Resources
            .Select((resource, place) =>
                $"</api/v1/{resource.Kind}s/{resource.Id}>; rel=\"{(place == 0 ? "up" : "describedby")}\"")
            .ToList();
        if (next is var (name, value)) links.Add($"<{With(request, name, value)}>; rel=\"next\"");
        links.AddRange(
            from format in TableMetadata.Of(context).Formats
            select $"<{With(request, "format", Wire.Name(format))}>; rel=\"alternate\"; "
                + $"type=\"{MediaTypes.Of(format)}\"");
        context.Response.Headers.Append("Link", string.Join(", ", links));
    }

    /// <summary>
    /// Returns the address of this request with another value of a parameter. A link to another format has no page
    /// parameters, because that format contains all rows.
    /// </summary>
    private static string With(HttpRequest request, string parameter, string value)
    {
        string[] replaced = parameter == "format" ? ["format", "pageSize", "pageToken"] : [parameter];
        var query = new QueryBuilder(
            request.Query.Where(pair => !replaced.Contains(pair.Key))) { { parameter, value } };
        return UriHelper.BuildRelative(request.PathBase, request.Path, query.ToQueryString());
    }
}
