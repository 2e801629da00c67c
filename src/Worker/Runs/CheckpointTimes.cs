namespace PieService.Worker.Runs;

/// <summary>
/// The epochs after which a training writes a checkpoint: at most one in each interval, since a checkpoint may take
/// longer than a short epoch. A crash costs the epochs since the last one.
/// </summary>
/// <param name="interval">The least time between two checkpoints, and before the first one; zero means after every
/// epoch.</param>
/// <param name="needed">The number of finished epochs after which a checkpoint is always written; null if there is
/// none.</param>
internal sealed class CheckpointTimes(TimeSpan interval, int? needed, TimeProvider time)
{
    private long last = time.GetTimestamp();

    /// <param name="epochsDone">The number of finished epochs.</param>
    public bool IsDue(int epochsDone) => epochsDone == needed || time.GetElapsedTime(last) >= interval;

    /// <summary>Begins the next interval. A checkpoint that could not be written stays due.</summary>
    public void Written() => last = time.GetTimestamp();
}
