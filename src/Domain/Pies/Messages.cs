namespace PieService.Domain.Pies;

/// <summary>
/// The message of the queue: some or all runs of this comparison have ended. Until all have ended, its labels are
/// provisional. Labelling it twice gives the same labels.
/// </summary>
public interface ILabelComparison
{
    Task ExecuteAsync(Guid comparisonId, CancellationToken cancellation);
}
