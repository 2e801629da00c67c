using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Http;

/// <summary>Statements that take longer than the timeout of commands, which is a second in these requests.</summary>
public sealed class SlowDatabaseTests(SlowDatabaseTests.Impatient api)
    : IClassFixture<SlowDatabaseTests.Impatient>, IDisposable
{
    public void Dispose() => api.IsImpatient = false;

    [Fact]
    public async Task A_statement_that_takes_too_long_is_distinguished_from_a_database_that_is_not_reachable()
    {
        await using var held = await LockedTable.OfAsync(api.ConnectionString, "webhooks");
        api.IsImpatient = true;

        var problem = await api.ProblemAsync(HttpStatusCode.ServiceUnavailable, HttpMethod.Get, "/api/v1/webhooks");

        Assert.StartsWith(
            "The database did not process the request in time.", (string?)problem["detail"], StringComparison.Ordinal);
    }

    /// <summary>Each waits two seconds for the row that another transaction holds.</summary>
    [Theory]
    [InlineData("datasets")]
    [InlineData("sweeps")]
    public async Task A_deletion_may_take_longer_than_the_timeout_of_other_commands(string resource)
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 1, "MP-AI"));
        await api.Situations.TrainAsync(sweep, (_, _) => 0);
        await using var other = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync();
        await using var hold = await other.Database.BeginTransactionAsync();
        if (resource == "datasets")
        {
            using var deleted = await api.Client.DeleteAsync($"/api/v1/sweeps/{sweep}");
            await other.Database.ExecuteSqlAsync($"SELECT FROM examples WHERE dataset_id = {dataset.Id} FOR UPDATE");
        }
        else await other.Database.ExecuteSqlAsync($"SELECT FROM comparisons WHERE sweep_id = {sweep} FOR KEY SHARE");
        api.IsImpatient = true;

        await api.ProblemAsync(
            HttpStatusCode.Conflict, HttpMethod.Delete,
            $"/api/v1/{resource}/{(resource == "datasets" ? dataset.Id : sweep)}");
    }

    /// <summary>The preparation of a test has the usual timeout, also on a busy machine.</summary>
    public sealed class Impatient : ApiFixture
    {
        public bool IsImpatient { get; set; }

        protected override void ConfigureServices(IServiceCollection services) =>
            services.AddSingleton<IDbContextFactory<PieDbContext>>(
                provider => new Contexts(this, provider.GetRequiredService<NpgsqlDataSource>()));
    }

    private sealed class Contexts(Impatient api, NpgsqlDataSource database) : IDbContextFactory<PieDbContext>
    {
        public PieDbContext CreateDbContext()
        {
            var options = new DbContextOptionsBuilder<PieDbContext>();
            PieDbContext.Configure(options, database);
            var db = new PieDbContext(options.Options);
            if (api.IsImpatient) db.Database.SetCommandTimeout(TimeSpan.FromSeconds(1));
            return db;
        }
    }
}
