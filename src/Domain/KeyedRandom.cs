using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PieService.Domain;

/// <summary>
/// Random numbers that depend on a key alone, such as (seed, "order", epoch), never on what was drawn before: so any
/// part of a training can be repeated or resumed by itself. The stream is SplitMix64 (Steele, Lea and Flood, 2014) from
/// a SHA-256 of the key, the same on every platform and version.
/// </summary>
public sealed class KeyedRandom
{
    private ulong state;

    private KeyedRandom(ulong seed) => state = seed;

    public static KeyedRandom For(params ReadOnlySpan<object> key) => new(Seed(key));

    /// <summary>64 bits from the key, for generators that keep their own stream.</summary>
    public static ulong Seed(params ReadOnlySpan<object> key)
    {
        var text = new StringBuilder("pie/1");
        foreach (var part in key) text.Append('/').Append(Convert.ToString(part, CultureInfo.InvariantCulture));
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    public ulong NextUInt64() => Mix(state += 0x9E3779B97F4A7C15);

    /// <summary>Uniform in [0, bound), without the bias of a modulo (Lemire, 2019).</summary>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var product = (UInt128)NextUInt64() * (ulong)bound;
        if ((ulong)product < (ulong)bound)
        {
            var threshold = unchecked(0UL - (ulong)bound) % (ulong)bound;
            while ((ulong)product < threshold) product = (UInt128)NextUInt64() * (ulong)bound;
        }
        return (int)(product >> 64);
    }

    /// <summary>Uniform in [0, 1), from 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * Math.Pow(2, -53);

    /// <summary>Fisher-Yates, in place.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>0 to count - 1 in random order.</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        Shuffle<int>(order);
        return order;
    }

    /// <summary>SplitMix64's finalizer: a bijection of 64 bits, used as a hash of small integers.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
