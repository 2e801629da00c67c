namespace PieService.Worker.Training;

/// <summary>Felt before every batch: tells that the training goes on, and ends it where that was asked.</summary>
public sealed class Pulse(Action beat, CancellationToken cancellation)
{
    /// <summary>Nobody listens, nobody stops it.</summary>
    public static Pulse None { get; } = new(() => { }, CancellationToken.None);

    /// <exception cref="OperationCanceledException">The training is to stop.</exception>
    public void Beat()
    {
        cancellation.ThrowIfCancellationRequested();
        beat();
    }
}
