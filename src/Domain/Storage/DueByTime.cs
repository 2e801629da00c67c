using Npgsql;

namespace PieService.Domain.Storage;

/// <summary>
/// Finds out whether time alone has made something due, of which no change of a row sends a notification.
/// </summary>
public static class DueByTime
{
    /// <summary>
    /// A lease has ended; or, since the last call, a back-off, or the pause before provisional labels. Each is a lookup
    /// in an index that has only rows of this kind, so the cost does not depend on the number of runs.
    /// </summary>
    public const string Statement = """
        SELECT now(), EXISTS (SELECT 1 FROM runs WHERE state = 'running' AND lease_until < now())
            OR EXISTS (SELECT 1 FROM runs WHERE state = 'queued' AND not_before > @since AND not_before <= now())
            OR EXISTS (
                SELECT 1 FROM comparisons WHERE NOT coalesce(labelled_at >= labelling_asked_at, false)
                    AND labelled_at > @since - @pause AND labelled_at <= now() - @pause)
        """;

    /// <param name="since">The time of the last call, by the clock of the database.</param>
    public static async Task<(bool IsDue, DateTime Now)> AskAsync(
        NpgsqlConnection connection, DateTime since, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Statement, connection)
        {
            Parameters = { new("since", since), new("pause", Labelling.BetweenProvisionalLabels) },
        };
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return (row.GetBoolean(1), row.GetDateTime(0));
    }
}
