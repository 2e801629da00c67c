using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;
using PieService.Api.Tables;
using PieService.Domain;

namespace PieService.Api.Pages;

/// <summary>Addresses that have the filters of the page on which they are.</summary>
public static class Link
{
    private const string PageToken = "pageToken";

    private static readonly string[] OfPages = ["pageSize", PageToken];

    /// <summary>The next page of the list at an address.</summary>
    public static string Next(string address, string token) =>
        PathOf(address) + new QueryBuilder(Filters(address, PageToken)) { { PageToken, token } };

    /// <summary>The first page of the list at an address.</summary>
    public static string First(string address) => PathOf(address) + new QueryBuilder(Filters(address, PageToken));

    /// <summary>The rows of a page from the API.</summary>
    /// <param name="path">The address of the table in the API.</param>
    /// <param name="address">The address of the page.</param>
    /// <param name="format">The format of a file with the whole table; null for the first page as JSON.</param>
    public static string ToTable(string path, string address, TableFormat? format = null)
    {
        var query = new QueryBuilder(Filters(address, OfPages));
        if (format is { } file) query.Add("format", Wire.Name(file));
        return path + query;
    }

    /// <summary>The parameters of an address, without those that are left out.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Filters(string address, params string[] leftOut) =>
        from parameter in QueryHelpers.ParseQuery(new Uri(address).Query)
        where !leftOut.Contains(parameter.Key)
        select KeyValuePair.Create(parameter.Key, parameter.Value.ToString());

    private static string PathOf(string address) => new Uri(address).AbsolutePath;
}
