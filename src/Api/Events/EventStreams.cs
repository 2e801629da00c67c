namespace PieService.Api.Events;

/// <summary>How many event streams are open: each costs a look at the database a second.</summary>
public sealed class EventStreams(int most)
{
    private int open;

    public int Most { get; } = most;

    public bool TryOpen()
    {
        if (Interlocked.Increment(ref open) <= Most) return true;
        Close();
        return false;
    }

    public void Close() => Interlocked.Decrement(ref open);
}
