namespace PieService.Api.Http;

/// <summary>How many of a kind may be at work at the same time.</summary>
public abstract class Places(int most)
{
    private int taken;

    public int Most { get; } = most;

    public bool TryTake()
    {
        if (Interlocked.Increment(ref taken) <= Most) return true;
        GiveBack();
        return false;
    }

    public void GiveBack() => Interlocked.Decrement(ref taken);
}
