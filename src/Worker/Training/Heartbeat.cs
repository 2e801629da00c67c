namespace PieService.Worker.Training;

/// <summary>Called before every batch: reports progress and stops on cancellation.</summary>
public sealed class Heartbeat(Action beat, CancellationToken cancellation)
{
    /// <summary>A heartbeat that sends no report and never stops the training.</summary>
    public static Heartbeat None { get; } = new(() => { }, CancellationToken.None);

    /// <exception cref="OperationCanceledException">The training must stop.</exception>
    public void Beat()
    {
        cancellation.ThrowIfCancellationRequested();
        beat();
    }
}
