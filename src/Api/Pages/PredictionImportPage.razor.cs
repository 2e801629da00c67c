using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Idempotency;
using PieService.Api.PredictionImports;
using PieService.Api.Uploads;
using PieService.Domain.Files;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>The form for predictions of other programs, with what they would become.</summary>
public partial class PredictionImportPage : HtmlPage<PredictionImportPage.Content>
{
    /// <summary>The parts that the definition may name.</summary>
    private static readonly string[] Parts = ["file", "file2", "file3", "file4"];

    private static readonly JsonSerializerOptions Indented =
        new(PredictionUploadForm.WithoutDefaults) { WriteIndented = true };

    /// <param name="Plan">What would be stored; null if the files were not tried.</param>
    /// <param name="Problem">Why the files cannot be imported; null if they can, or if the form has errors.</param>
    public sealed record Content(
        FormEntries Entries, PredictionPlanResponse? Plan, ProblemDetails? Problem, long MostBytes);

    public static IResult Show(Query<NoQuery> _, UploadSettings settings) =>
        Render<PredictionImportPage>(new(new(new Dictionary<string, IReadOnlyList<string>>
        {
            [MultipartUpload.DefinitionPart] = [JsonSerializer.Serialize(PredictionUploadForm.Sample, Indented)],
        }, []), null, null, settings.RequestBytes));

    /// <summary>Reads the files and shows what they would become.</summary>
    public static async Task<IResult> PlanAsync(
        HttpContext http, UploadSettings settings, ReadLimits limits, PieDbContext db, UploadPlaces places,
        CancellationToken cancellation)
    {
        var (entries, answer, problem) = await UploadPage.SendAsync(http, Definition, async () =>
            await PredictionImportEndpoints.Plan(new(new()), http, settings, limits, db, places, cancellation));
        return answer is ProblemHttpResult && problem is null ? answer
            : Form(entries, (answer as Ok<PredictionPlanResponse>)?.Value, problem, settings);
    }

    /// <summary>Receives the files, which are then imported in the background, and leads to that import.</summary>
    public static async Task<IResult> ImportAsync(
        HttpContext http, UploadSettings settings, ReadLimits limits, PieDbContext db,
        IDbContextFactory<PieDbContext> contexts, ImportedSweeps store, UploadPlaces places, ImportQueue queue,
        IdempotencyKey key, CancellationToken cancellation)
    {
        var (entries, answer, problem) = await UploadPage.SendAsync(http, Definition, () =>
            PredictionImportEndpoints.Import(
                new(new()), http, settings, limits, db, contexts, store, places, queue, key, cancellation));
        return answer is not null && problem is null ? PageAnswer.Of(answer)
            : Form(entries, null, problem, settings);
    }

    private static byte[] Definition(IReadOnlyDictionary<string, IReadOnlyList<string>> fields) =>
        Encoding.UTF8.GetBytes(fields.GetValueOrDefault(MultipartUpload.DefinitionPart)?[0] ?? "");

    private static RazorComponentResult<PredictionImportPage> Form(
        FormEntries entries, PredictionPlanResponse? plan, ProblemDetails? problem, UploadSettings settings)
    {
        var page = Render<PredictionImportPage>(new Content(entries, plan, problem, settings.RequestBytes));
        page.StatusCode = problem?.Status
            ?? (entries.Errors.Count > 0 ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK);
        return page;
    }
}
