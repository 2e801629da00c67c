using Npgsql;

namespace PieService.Api.Database;

/// <summary>
/// The connection string in use, including the password, for connections that must not come from the pool.
/// </summary>
public sealed record DatabaseAddress(string ConnectionString)
{
    /// <summary>
    /// The share of this API in the 100 connections that PostgreSQL allows by default; workers and psql need the
    /// others.
    /// </summary>
    private const int MaxConnections = 40;

    /// <summary>
    /// Returns the same connection string, with a limit for one API if it does not set the size of the connection pool.
    /// </summary>
    /// <exception cref="ArgumentException">The text is not a valid connection string.</exception>
    public static string Bounded(string connectionString)
    {
        var address = new NpgsqlConnectionStringBuilder(connectionString);
        if (!address.ShouldSerialize("Maximum Pool Size")) address.MaxPoolSize = MaxConnections;
        return address.ConnectionString;
    }

    /// <summary>The type name: the connection string must not appear in a log.</summary>
    public override string ToString() => nameof(DatabaseAddress);
}
