using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PieService.Api.Datasets;
using PieService.Api.Http;
using PieService.Api.Idempotency;
using PieService.Api.Uploads;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>The form for the files of a dataset, with what they would become.</summary>
public partial class DatasetImportPage : HtmlPage<DatasetImportPage.Content>
{
    /// <param name="Plan">What would be stored; null if the files were not tried.</param>
    /// <param name="Problem">Why the files cannot be imported; null if they can, or if the form has errors.</param>
    /// <param name="MostBytes">The largest size of an upload.</param>
    public sealed record Content(
        FormEntries Entries, DatasetPlanResponse? Plan, ProblemDetails? Problem, long MostBytes);

    public static IResult Show(Query<NoQuery> _, UploadSettings settings) =>
        Render<DatasetImportPage>(new(new(new Dictionary<string, IReadOnlyList<string>>
        {
            ["columns.text"] = ["text"],
            ["columns.label"] = ["label"],
            ["split.test"] = ["0.2"],
        }, []), null, null, settings.RequestBytes));

    /// <summary>Reads the files and shows what they would become.</summary>
    public static async Task<IResult> PlanAsync(
        HttpContext http, UploadSettings settings, ReadLimits limits, PieDbContext db, UploadPlaces places,
        CancellationToken cancellation)
    {
        var (entries, answer, problem) = await UploadPage.SendAsync(http, DatasetForm.ToJson, async () =>
            await DatasetPlanEndpoint.Plan(new(new()), http, settings, limits, db, places, cancellation));
        return answer is ProblemHttpResult && problem is null ? answer
            : Form(entries, (answer as Ok<DatasetPlanResponse>)?.Value, problem, settings);
    }

    /// <summary>Receives the files, which are then imported in the background, and leads to that import.</summary>
    public static async Task<IResult> ImportAsync(
        HttpContext http, UploadSettings settings, ReadLimits limits, PieDbContext db, DatasetImport import,
        UploadPlaces places, ImportQueue queue, IdempotencyKey key, CancellationToken cancellation)
    {
        var (entries, answer, problem) = await UploadPage.SendAsync(http, DatasetForm.ToJson, () =>
            DatasetEndpoints.ImportAsync(
                isForLater: true, http, settings, limits, db, import, places, queue, key, cancellation));
        return answer is not null && problem is null ? PageAnswer.Of(answer)
            : Form(entries, null, problem, settings);
    }

    private static RazorComponentResult<DatasetImportPage> Form(
        FormEntries entries, DatasetPlanResponse? plan, ProblemDetails? problem, UploadSettings settings)
    {
        var page = Render<DatasetImportPage>(new Content(entries, plan, problem, settings.RequestBytes));
        page.StatusCode = problem?.Status
            ?? (entries.Errors.Count > 0 ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK);
        return page;
    }

    private static IEnumerable<(string, string)> Formats =>
        Domain.Wire.All<DatasetFormat>().Select(name => (name, name));

    private static readonly (string, string)[] Tasks =
        [("singleLabel", "one label for each text"), ("multiLabel", "any number of labels")];
}
