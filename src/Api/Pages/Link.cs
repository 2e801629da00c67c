using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;
using PieService.Api.Tables;
using PieService.Domain;

namespace PieService.Api.Pages;

/// <summary>Addresses that have the filters of the page on which they are.</summary>
public static class Link
{
    private const string PageToken = "pageToken";

    /// <summary>The parameters of a page that do not select its data: the part of a list, and the list of the
    /// page.</summary>
    public static readonly string[] OfPages = ["pageSize", PageToken, OpenedList.Parameter];

    /// <summary>The next page of the list at an address.</summary>
    public static string Next(string address, string token) =>
        PathOf(address) + new QueryBuilder(Filters(address, PageToken)) { { PageToken, token } };

    /// <summary>The first page of the list at an address.</summary>
    public static string First(string address) => WithFilters(PathOf(address), address);

    /// <summary>Another page, with the filters of an address except those that are left out.</summary>
    public static string WithFilters(string path, string address, params string[] leftOut) =>
        path + new QueryBuilder(Filters(address, [PageToken, .. leftOut]));

    /// <summary>A page that is opened from a list.</summary>
    /// <param name="list">The list as <see cref="OpenedList"/> has it; null if it is not known.</param>
    public static string InList(string path, string? list) =>
        list is null ? path : path + new QueryBuilder { { OpenedList.Parameter, list } };

    /// <summary>A resource of the API.</summary>
    /// <param name="path">Its address.</param>
    /// <param name="filters">Its parameters.</param>
    /// <param name="format">The format of a file with the whole table; null for the first page as JSON.</param>
    public static string ToTable(
        string path, IEnumerable<KeyValuePair<string, string>> filters, TableFormat? format = null)
    {
        var query = new QueryBuilder(filters);
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
