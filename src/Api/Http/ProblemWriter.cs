using System.Net.Mime;
using PieService.Domain;

namespace PieService.Api.Http;

/// <summary>
/// Writes problem details whatever media types the client accepts. The framework's own writer writes nothing for a
/// client that accepts only CSV, and an error response without a message is of no use (RFC 9110, 15.5.7 allows it).
/// </summary>
public sealed class ProblemWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        Problems.Complete(context);
        var problem = context.ProblemDetails;
        await context.HttpContext.Response.WriteAsJsonAsync(
            problem, problem.GetType(), Json.Options, MediaTypeNames.Application.ProblemJson,
            context.HttpContext.RequestAborted);
    }
}
