using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;
using PieService.Api.Figures;
using PieService.Api.Http;
using PieService.Domain.Storage;

namespace PieService.Api.Reports;

public static class ReportEndpoint
{
    public static void MapReports(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/sweeps/{id:guid}/report.html", Get).WithName("getReport").WithTags("Figures")
            .ProducesProblem(400).ProducesProblem(404).WithMetadata(new SendsFile(MediaTypeNames.Text.Html));

    /// <summary>Returns the report of a sweep as one HTML file without references to others.</summary>
    /// <remarks>
    /// The report has the figures with their captions, the scores and PIE rates of all comparisons, the warnings, the
    /// dataset with its hash, the request, and the runs with their seeds, versions and hashes. A sweep that is at work
    /// has a report of what is labelled. The same data give the same bytes, and the ETag is a hash of them.
    /// </remarks>
    internal static async Task<Results<ReportFile, ProblemHttpResult>> Get(
        Guid id, Query<NoQuery> _, PieDbContext db, FigureSlots slots, CancellationToken cancellation) =>
        await ReportContent.ReadAsync(db, id, slots, cancellation) is { } content
            ? new ReportFile(content) : Problems.NotFound("sweep", id);
}
