using Hangfire;
using PieService.Domain.Access;
using PieService.Domain.Storage;

namespace PieService.Api.Access;

/// <summary>Hangfire's own pages on the messages, to look at: the rows are the truth, so there is nothing to press.</summary>
public static class Dashboard
{
    public const string Path = "/hangfire";

    /// <summary>Hangfire's pages fall over an address that they did not make themselves.</summary>
    public static void UseDashboardProblems(this WebApplication app) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments(Path),
        pages => pages.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (Exception odd) when (odd is FormatException or OverflowException or InvalidOperationException && !DatabaseOutage.IsCauseOf(odd))
            {
                AccessLog.NoPage(pages.ApplicationServices.GetRequiredService<ILogger<DashboardOptions>>(), odd);
                throw new BadHttpRequestException("The dashboard has no such page, or does not show it in this way.", StatusCodes.Status404NotFound, odd);
            }
        }));

    public static void MapDashboard(this IEndpointRouteBuilder routes) => routes
        .MapHangfireDashboard(Path, new DashboardOptions
        {
            // Its own rule, local requests only, would trust whoever comes through a proxy; the endpoint's role decides.
            Authorization = [],
            IsReadOnlyFunc = _ => true,
            AppPath = null,
            DashboardTitle = "PieService: messages",
            DisplayStorageConnectionString = false,
        })
        .WithMetadata(new NeedsRole(Role.Admin));
}
