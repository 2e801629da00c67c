namespace PieService.Demo;

/// <summary>
/// SplitMix64: the same draws on every machine and with every .NET version, which Random does not guarantee.
/// </summary>
public sealed class Draws(ulong seed)
{
    private ulong state = seed;

    /// <returns>In [0, <paramref name="bound"/>).</returns>
    public int Below(int bound) => (int)(((UInt128)Next() * (ulong)bound) >> 64);

    public T From<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    private ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
