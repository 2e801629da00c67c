using Hangfire;
using PieService.Domain.Access;
using PieService.Domain.Storage;

namespace PieService.Api.Access;

/// <summary>
/// Hangfire's own pages about the messages. They are read-only: the state is in the rows, so an action on a message
/// would have no effect.
/// </summary>
public static class Dashboard
{
    public const string Path = "/hangfire";

    /// <summary>
    /// Answers with 404 if the dashboard throws, which it does for any address that it did not generate itself.
    /// </summary>
    public static void UseDashboardProblems(this WebApplication app) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments(Path),
        pages => pages.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (Exception odd) when (odd is FormatException or OverflowException or InvalidOperationException
                && !DatabaseOutage.IsCauseOf(odd))
            {
                AccessLog.NoPage(pages.ApplicationServices.GetRequiredService<ILogger<DashboardOptions>>(), odd);
                throw new BadHttpRequestException(
                    "The dashboard has no page at this address. Start at /hangfire.",
                    StatusCodes.Status404NotFound, odd);
            }
        }));

    public static void MapDashboard(this IEndpointRouteBuilder routes) => routes
        .MapHangfireDashboard(Path, new DashboardOptions
        {
            // Hangfire's default filter, which allows local requests only, would trust every client of a proxy; the
            // role of the endpoint decides instead.
            Authorization = [],
            IsReadOnlyFunc = _ => true,
            // The pages of the service bring tokens against forged requests, which are cookies. The dashboard changes
            // nothing, and SameOriginGuard refuses requests from pages of other sites.
            IgnoreAntiforgeryToken = true,
            AppPath = null,
            DashboardTitle = "PieService: messages",
            DisplayStorageConnectionString = false,
        })
        .WithMetadata(new NeedsRole(Role.Admin));
}
