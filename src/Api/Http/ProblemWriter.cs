using System.Net.Mime;
using PieService.Domain;

namespace PieService.Api.Http;

/// <summary>
/// Problems are written whatever the client accepts: the framework's own writer stays silent towards one that asks for CSV only,
/// and an error without words helps nobody (RFC 9110, 15.5.7 allows it).
/// </summary>
public sealed class ProblemWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        Problems.Complete(context);
        var problem = context.ProblemDetails;
        await context.HttpContext.Response.WriteAsJsonAsync(
            problem, problem.GetType(), Json.Options, MediaTypeNames.Application.ProblemJson, context.HttpContext.RequestAborted);
    }
}
