using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PieService.Api.Http;
using PieService.Api.Uploads;
using PieService.Domain;

namespace PieService.Api.Pages;

/// <summary>What the pages for uploads have in common.</summary>
public static class UploadPage
{
    /// <summary>
    /// Sends the form of a request to an operation of the API, which reads its body. The files of a form cannot be
    /// filled in again, so all other entries are returned for the page that shows the answer.
    /// </summary>
    /// <param name="definition">Makes the definition of the fields.</param>
    public static async Task<(FormEntries Entries, IResult? Answer, ProblemDetails? Problem)> SendAsync(
        HttpContext http, Func<IReadOnlyDictionary<string, IReadOnlyList<string>>, byte[]> definition,
        Func<Task<IResult>> operation)
    {
        var fields = new UploadFields(definition);
        http.Features.Set(fields);
        try
        {
            var answer = await operation();
            while (answer is INestedHttpResult nested) answer = nested.Result;
            var problem = answer is ProblemHttpResult { StatusCode: < 500 } refused ? refused.ProblemDetails : null;
            return (new(fields.Values, ErrorsOf(problem, fields.Values)), answer, problem);
        }
        catch (InvalidRequestException invalid)
        {
            return (new(fields.Values, invalid.Errors) { HadFiles = fields.HadFiles }, null, null);
        }
    }

    /// <summary>The problem of a file as an error of the fields that name its column, or else of the file.</summary>
    private static IReadOnlyList<FieldError> ErrorsOf(
        ProblemDetails? problem, IReadOnlyDictionary<string, IReadOnlyList<string>> values)
    {
        if (problem is not { Detail: { } detail } || !problem.Extensions.TryGetValue("file", out var file)) return [];
        var column = problem.Extensions.TryGetValue("column", out var name) ? name as string : null;
        var naming = from field in values
                     where field.Key.StartsWith("columns.", StringComparison.Ordinal)
                     from columns in field.Value
                     where columns.Split(',', FormJson.Trimmed).Contains(column)
                     select field.Key;
        return [.. naming.DefaultIfEmpty($"{file}").Select(field => new FieldError(field, detail))];
    }
}
