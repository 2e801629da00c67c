using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace PieService.Api.Http;

/// <summary>
/// Writes every problem as application/problem+json, whatever the client accepts: ASP.NET's own writer says nothing at all to
/// one that asks for a table only. What has no words of its own gets some.
/// </summary>
public sealed class ProblemWriter(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (problem, response) = (context.ProblemDetails, context.HttpContext.Response);
        problem.Status ??= response.StatusCode;
        // Fills in the status' type and title.
        TypedResults.Problem(problem);
        problem.Detail ??= Advice(problem, response);
        options.Value.CustomizeProblemDetails?.Invoke(context);
        // By its own type: validation problems have errors.
        await response.WriteAsJsonAsync(problem, problem.GetType(), options: null, "application/problem+json");
    }

    private static string? Advice(ProblemDetails problem, HttpResponse response) => problem.Status switch
    {
        StatusCodes.Status404NotFound => "There is nothing at this path; ids are UUIDs. /swagger lists what there is.",
        StatusCodes.Status405MethodNotAllowed => $"This path takes {response.Headers.Allow}.",
        StatusCodes.Status415UnsupportedMediaType => "The body is of another Content-Type than this operation reads; /swagger says which.",
        _ => null,
    };
}
