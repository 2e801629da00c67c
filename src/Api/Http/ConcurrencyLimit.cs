namespace PieService.Api.Http;

/// <summary>
/// Limits how many operations of a kind run at the same time; one client may have at most half of them.
/// </summary>
public abstract class ConcurrencyLimit(int most)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> takenBy = [];

    public int Most { get; } = most;

    public int MostOfOne { get; } = (most + 1) / 2;

    public bool TryTake(string client)
    {
        lock (gate)
        {
            var taken = takenBy.GetValueOrDefault(client);
            if (taken >= MostOfOne || takenBy.Values.Sum() >= Most) return false;
            takenBy[client] = taken + 1;
            return true;
        }
    }

    public void GiveBack(string client)
    {
        lock (gate)
        {
            if (--takenBy[client] == 0) takenBy.Remove(client);
        }
    }
}
