using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace PieService.Api.Pages;

public partial class ErrorPage : HtmlPage<ProblemDetails>
{
    public static RazorComponentResult<ErrorPage> Of(ProblemDetails problem)
    {
        var page = Render<ErrorPage>(problem);
        page.StatusCode = problem.Status;
        return page;
    }

    /// <summary>The fields of a request that are not valid; empty for another problem.</summary>
    private IEnumerable<(string Field, string Message)> Errors =>
        from invalid in (Model as HttpValidationProblemDetails)?.Errors ?? new Dictionary<string, string[]>()
        from message in invalid.Value
        select (invalid.Key, message);
}
