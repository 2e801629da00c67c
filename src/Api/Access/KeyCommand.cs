using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Api.Database;
using PieService.Domain;
using PieService.Domain.Access;
using PieService.Domain.Storage;

namespace PieService.Api.Access;

/// <summary>
/// The command ./pie key, which creates, lists and revokes keys, while the service runs or before its first start.
/// </summary>
public static partial class KeyCommand
{
    private const string Usage =
        """
        ./pie key add NAME --role reader|submitter|admin   prints a new key, which is not shown again
        ./pie key list
        ./pie key revoke NAME                              takes effect with the next request
        """;

    /// <returns>The exit code: 1 if the command failed, 2 if the arguments are not valid.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        Func<PieDbContext, Task<int>>? command = arguments switch
        {
            ["add", var name, "--role", var role] when Wire.TryParse<Role>(role, out var parsed) =>
                db => AddAsync(db, name, parsed),
            ["list"] => ListAsync,
            ["revoke", var name] => db => RevokeAsync(db, name),
            _ => null,
        };
        if (command is null) return await WriteAsync(Usage, 2);
        if (arguments is ["add", var wanted, ..] && !IsName(wanted))
            return await WriteAsync(
                $"'{wanted}' is not a valid name. Use 1 to 64 characters of a-z, A-Z, 0-9, '.', '_' and '-'; the "
                + $"names {Actor.Local.Name} and {Actor.Operator} are reserved.", 2);

        try
        {
            await using var service = await CommandDatabase.OpenAsync();
            await Migrator.MigrateAsync(service.ConnectionString, CancellationToken.None);
            await using var database = NpgsqlDataSource.Create(service.ConnectionString);
            var options = new DbContextOptionsBuilder<PieDbContext>();
            PieDbContext.Configure(options, database);
            await using var db = new PieDbContext(options.Options);
            return await command(db);
        }
        catch (Exception cannot) when (cannot is InvalidOperationException or IOException or NpgsqlException
            or ArgumentException or FormatException)
        {
            return await WriteAsync($"The database cannot be used: {cannot.Message}", 1);
        }
    }

    private static async Task<int> AddAsync(PieDbContext db, string name, Role role)
    {
        var text = KeyText.New();
        db.ApiKeys.Add(new ApiKey
        {
            Id = Guid.CreateVersion7(),
            Name = name,
            Role = role,
            Prefix = text.Prefix,
            SecretHash = text.SecretHash,
        });
        db.Audit.Add(Entry("addKey", name));
        try
        {
            await db.SaveChangesAsync();
        }
        catch (DbUpdateException taken) when (
            taken.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return await WriteAsync(
                $"A key named {name} already exists. Choose another name, or revoke that key first: "
                + $"./pie key revoke {name}", 1);
        }
        await WriteAsync($"The key {name} ({Wire.Name(role)}). It will not be shown again:", 0);
        await Console.Out.WriteLineAsync(text.Reveal());
        return 0;
    }

    private static async Task<int> ListAsync(PieDbContext db)
    {
        foreach (var key in await db.ApiKeys.AsNoTracking().OrderBy(key => key.Id).ToListAsync())
        {
            var revoked = key.RevokedAt is { } at ? $"  revoked {at:u}" : "";
            await Console.Out.WriteLineAsync(
                $"{key.Name,-24} {Wire.Name(key.Role),-10} pie_{key.Prefix}_…  created {key.CreatedAt:u}{revoked}");
        }
        return 0;
    }

    private static async Task<int> RevokeAsync(PieDbContext db, string name)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        var revoked = await db.Database.ExecuteSqlAsync(
            $"UPDATE api_keys SET revoked_at = now() WHERE name = {name} AND revoked_at IS NULL");
        if (revoked == 0)
            return await WriteAsync($"There is no active key named {name}. List the keys with ./pie key list.", 1);
        db.Audit.Add(Entry("revokeKey", name));
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        return await WriteAsync($"The key {name} is revoked.", 0);
    }

    private static AuditEntry Entry(string operation, string name) =>
        new()
        {
            Actor = Actor.Operator,
            Operation = operation,
            Path = $"/keys/{name}",
            Status = StatusCodes.Status200OK,
            TraceId = "",
        };

    private static bool IsName(string name) =>
        Name().IsMatch(name) && name != Actor.Local.Name && name != Actor.Operator;

    /// <summary>
    /// Writes to standard error. Standard output is for the key alone, so that a script can capture it.
    /// </summary>
    private static async Task<int> WriteAsync(string text, int exitCode)
    {
        await Console.Error.WriteLineAsync(text);
        return exitCode;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex Name();
}
