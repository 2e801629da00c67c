using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;
using PieService.Api.Database;
using PieService.Domain.Storage;
using PieService.TestDatabases;

namespace PieService.Bench.Parts;

/// <summary>An empty database with the schema of the service, which is dropped at the end.</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    private readonly FreshDatabase database =
        new(connection => Migrator.MigrateAsync(connection, CancellationToken.None));

    public string ConnectionString => database.ConnectionString;

    public NpgsqlDataSource Source { get; private set; } = null!;

    public PooledDbContextFactory<PieDbContext> Contexts { get; private set; } = null!;

    public static async Task<BenchDatabase> OpenAsync()
    {
        var opened = new BenchDatabase();
        await opened.database.InitializeAsync();
        opened.Source = NpgsqlDataSource.Create(opened.database.ConnectionString);
        opened.Contexts = ContextsOf(opened.Source);
        return opened;
    }

    public static PooledDbContextFactory<PieDbContext> ContextsOf(NpgsqlDataSource source)
    {
        var options = new DbContextOptionsBuilder<PieDbContext>();
        PieDbContext.Configure(options, source);
        return new(options.Options);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await database.DisposeAsync();
    }
}
