using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Tables.Latex;
using PieService.Domain;

namespace PieService.Api.Tables;

/// <summary>
/// A request for a table: its filter, and the format from the query parameter format or from the Accept header.
/// </summary>
public sealed class TableRequest<T> : IEndpointParameterMetadataProvider where T : TableQuery, new()
{
    private const string FormatParameter = "format";
    private static readonly string[] PageParameters = ["pageSize", "pageToken"];

    private readonly HttpContext context;
    private readonly TableFormat format;

    private TableRequest(HttpContext context, TableFormat format, T filter) =>
        (this.context, this.format, Filter) = (context, format, filter);

    public T Filter { get; }

    /// <summary>Whether the request is for all rows as a file; otherwise it is for a page.</summary>
    public bool IsForFile => format != TableFormat.Json;

    public static async ValueTask<TableRequest<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var formats = TableMetadata.Of(context).Formats;
        var names = string.Join('|', formats.Select(Wire.Name));
        var given = Wire.TryParse<TableFormat>(context.Request.Query[FormatParameter].ToString(), out var named);
        var format = given ? named : AcceptHeader.Preferred(context.Request.GetTypedHeaders().Accept, formats)
            ?? throw new BadHttpRequestException(
                "None of the accepted media types is supported. Accept one of "
                + $"{string.Join(", ", formats.Select(MediaTypes.Of))}, "
                + $"or use the query parameter {FormatParameter}={names}.",
                StatusCodes.Status406NotAcceptable);
        var errors = PagesOf(context.Request, format).ToList();
        if (!formats.Contains(format))
            errors.Add(new(FormatParameter, $"{Wire.Name(format)} is not a format of this table, which has {names}"));
        Query<T>? query = null;
        try
        {
            query = await Query<T>.BindAsync(context, parameter);
        }
        catch (InvalidRequestException invalid)
        {
            errors.AddRange(invalid.Errors);
        }
        InvalidRequestException.ThrowIfAny(errors);
        context.Response.Headers.Append("Vary", "Accept");
        return new TableRequest<T>(context, format, query!.Value);
    }

    public Ok<Page<TItem>> Page<TItem>(Page<TItem> page, Provenance provenance)
    {
        TableLinks.Add(context, provenance, page.NextPageToken is { } token ? ("pageToken", token) : null);
        return TypedResults.Ok(page);
    }

    /// <param name="name">The name of the file, without its extension.</param>
    public TableFile<TItem> File<TItem>(
        string name, Columns<TItem> columns, Rows<TItem> rows, Provenance provenance,
        (string Name, string Value)? next, LatexLayout<TItem>? latex) =>
        new(format, name, columns, rows, provenance) { Next = next, Latex = latex };

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(new QueryMetadata(typeof(T)));
        builder.Metadata.Add(
            new ProducesResponseTypeMetadata(
                StatusCodes.Status406NotAcceptable, typeof(ProblemDetails), ["application/problem+json"]));
    }

    private static IEnumerable<FieldError> PagesOf(HttpRequest request, TableFormat format) =>
        from parameter in PageParameters
        where format != TableFormat.Json && request.Query.ContainsKey(parameter)
        select new FieldError(
            parameter,
            $"applies only to JSON. The format {Wire.Name(format)} contains the whole table, so remove this parameter");
}
