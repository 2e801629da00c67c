using Npgsql;

namespace PieService.Api.Database;

/// <summary>The connection string in use, password included; for connections that must not come from the pool.</summary>
public sealed record DatabaseAddress(string ConnectionString)
{
    /// <summary>Of the hundred that a PostgreSQL takes by default: workers need theirs, and psql.</summary>
    private const int MaxConnections = 40;

    /// <summary>The same address; where it does not say how many connections there may be, with a bound for one API.</summary>
    /// <exception cref="ArgumentException">This is no connection string.</exception>
    public static string Bounded(string connectionString)
    {
        var address = new NpgsqlConnectionStringBuilder(connectionString);
        if (!address.ShouldSerialize("Maximum Pool Size")) address.MaxPoolSize = MaxConnections;
        return address.ConnectionString;
    }

    /// <summary>Never shown.</summary>
    public override string ToString() => nameof(DatabaseAddress);
}
