using Microsoft.AspNetCore.WebUtilities;
using PieService.Api.Http;

namespace PieService.Api.Pages;

/// <summary>
/// The list from which a page was opened, in the parameter <c>in</c> of the address of the page: the path of the list
/// in the API without its prefix, and its filters and order, such as comparisons/{id}/pies?orderBy=q.
/// </summary>
/// <param name="Filters">With the question mark; empty without filters.</param>
public sealed record OpenedList(string Resource, Guid Id, string Table, string Filters)
{
    public const string Parameter = "in";

    /// <exception cref="InvalidRequestException">The value is not the path of a list.</exception>
    public static OpenedList Of(string value)
    {
        var query = value.IndexOf('?', StringComparison.Ordinal) is >= 0 and var start ? value[start..] : "";
        return value[..^query.Length].Split('/') is [var resource, var id, var table]
            && Guid.TryParse(id, out var known)
            ? new(resource, known, table, query)
            : throw Invalid("must be the path of a list and its filters, as in comparisons/{id}/pies?orderBy=q");
    }

    /// <summary>The value of the parameter on the pages of a list with the filters of an address.</summary>
    public static string ValueOf(string path, string address) =>
        Link.ToTable(path, Link.Filters(address, Link.OfPages));

    /// <exception cref="InvalidRequestException">The filters are not those of the list.</exception>
    public TFilter Read<TFilter>() where TFilter : class, new()
    {
        try
        {
            return Query<TFilter>.Read(QueryHelpers.ParseQuery(Filters));
        }
        catch (InvalidRequestException invalid)
        {
            throw invalid.Within(Parameter);
        }
    }

    /// <summary>The error of a value that is not the list that the page needs.</summary>
    public static InvalidRequestException Invalid(string message) => new([new(Parameter, message)]);
}
