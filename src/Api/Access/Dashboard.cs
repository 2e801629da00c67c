using Hangfire;
using PieService.Domain.Access;

namespace PieService.Api.Access;

/// <summary>Hangfire's own pages on the messages, to look at: the rows are the truth, so there is nothing to press.</summary>
public static class Dashboard
{
    public const string Path = "/hangfire";

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
