using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using PieService.TestSupport;

namespace PieService.Api.Tests.Dispatch;

/// <summary>Hangfire's locks are rows, which stay when PostgreSQL or the process that holds them is killed.</summary>
public sealed class OrphanedLockTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_lock_whose_holder_has_died_is_taken_over_after_seconds()
    {
        await Sql.ExecuteAsync(
            api.ConnectionString,
            """
            INSERT INTO hangfire.lock (resource, acquired)
            VALUES ('hangfire:orphaned', now() AT TIME ZONE 'UTC' - interval '20 seconds')
            """);
        using var connection = api.Services.GetRequiredService<JobStorage>().GetConnection();

        using var held = connection.AcquireDistributedLock("orphaned", TimeSpan.FromSeconds(1));

        Assert.NotNull(held);
    }
}
