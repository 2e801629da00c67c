namespace PieService.Domain.Runs;

/// <summary>
/// The doorbell: "there is a run to train". It names none, since the rows may have changed by the time somebody hears it:
/// whoever does claims what is first in line for it, and goes back to sleep where there is nothing. So a message that is
/// lost, late or delivered twice is harmless.
/// </summary>
public interface ITrainNextRun
{
    Task ExecuteAsync(CancellationToken cancellation);
}
