namespace PieService.Domain.Runs;

/// <summary>
/// The doorbell: "this run is ready". Delivered at least once and in any order; whoever receives it claims the run's row
/// first and drops the message where the claim fails.
/// </summary>
public interface ITrainRun
{
    Task ExecuteAsync(Guid runId, CancellationToken cancellation);
}
