using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Database;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Storage;

public sealed class SchemaTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public void The_migrations_make_the_schema_that_the_model_describes()
    {
        using var db = api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContext();

        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task Several_instances_may_migrate_at_once() =>
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrator.MigrateAsync(api.ConnectionString, CancellationToken.None)));

    [Fact]
    public async Task Health_says_that_requests_can_be_served() =>
        Assert.Equal("ready", (string?)(await api.GetAsync("/health/ready"))["status"]);

    [Fact]
    public async Task The_system_shows_database_workers_and_queue() =>
        Assert.StartsWith("PostgreSQL", (string?)(await api.GetAsync("/api/v1/system"))["database"], StringComparison.Ordinal);
}
