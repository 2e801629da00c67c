using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;
using PieService.Domain.Storage;

namespace PieService.Api.Database;

/// <summary>Lets `dotnet ef migrations add` build the model without a running service or database.</summary>
public sealed class DesignTimeContext : IDesignTimeDbContextFactory<PieDbContext>
{
    public PieDbContext CreateDbContext(string[] args)
    {
        var builder = new DbContextOptionsBuilder<PieDbContext>();
        PieDbContext.Configure(builder, NpgsqlDataSource.Create("Host=127.0.0.1"));
        return new PieDbContext(builder.Options);
    }
}
