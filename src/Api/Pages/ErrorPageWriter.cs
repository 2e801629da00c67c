using PieService.Api.Access;
using PieService.Api.Http;

namespace PieService.Api.Pages;

/// <summary>Writes a problem as a page, with the same words, where a page was requested.</summary>
public sealed class ErrorPageWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => Browsing.IsForPage(context.HttpContext.Request);

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        Problems.Complete(context);
        await ErrorPage.Of(context.ProblemDetails).ExecuteAsync(context.HttpContext);
    }
}
