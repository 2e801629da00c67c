namespace PieService.Api.Database;

/// <summary>The connection string in use, password included; for connections that must not come from the pool.</summary>
public sealed record DatabaseAddress(string ConnectionString)
{
    /// <summary>Never shown.</summary>
    public override string ToString() => nameof(DatabaseAddress);
}
