using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace PieService.Domain.Storage;

/// <summary>
/// Labels a comparison as the message of the queue asks for. A failure is recorded in the comparison, from which the
/// dispatcher decides about another attempt, so the message itself has been processed.
/// </summary>
public sealed partial class LabelComparison(
    ComparisonLabels labels, IDbContextFactory<PieDbContext> contexts, ILogger<LabelComparison> logger)
{
    /// <returns>Whether it is labelled; false if this attempt failed.</returns>
    public async Task<bool> ExecuteAsync(Guid comparisonId, CancellationToken cancellation)
    {
        try
        {
            await labels.ExecuteAsync(comparisonId, cancellation);
            return true;
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
            await Labelling.YieldAsync(db, comparisonId, CancellationToken.None);
            throw;
        }
        // Each failure is recorded: a full disk and a cancelled statement look like an outage. In an outage this throws
        // too, and the comparison is due again when the database is back.
        catch (Exception failure)
        {
            Failed(logger, comparisonId, failure);
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            await Labelling.FailAsync(db, comparisonId, failure.GetBaseException().Message, cancellation);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Comparison {Comparison} was not labelled")]
    private static partial void Failed(ILogger logger, Guid comparison, Exception failure);
}
