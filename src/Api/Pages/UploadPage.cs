using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PieService.Api.Http;
using PieService.Api.Uploads;

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
            return (
                new(fields.Values, []), answer,
                answer is ProblemHttpResult { StatusCode: < 500 } refused ? refused.ProblemDetails : null);
        }
        catch (InvalidRequestException invalid)
        {
            return (new(fields.Values, invalid.Errors), null, null);
        }
    }
}
