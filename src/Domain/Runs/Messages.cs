namespace PieService.Domain.Runs;

/// <summary>
/// The message "there is a run to train". It does not name the run, since the rows may have changed by the time it is
/// received: the receiver claims the run that is first in line for it, or waits again if there is none. So a message
/// that is lost, late or delivered twice is harmless.
/// </summary>
public interface ITrainNextRun
{
    Task ExecuteAsync(CancellationToken cancellation);
}
