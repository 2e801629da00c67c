namespace PieService.Domain.Tests;

public class KeyedRandomTests
{
    [Fact]
    public void A_key_gives_the_same_numbers_on_every_machine_and_in_every_version()
    {
        var random = KeyedRandom.For(7, "order", 3);

        // The numbers are from an independent implementation of SplitMix64 and SHA-256.
        Assert.Equal([1985077912848798831, 11005867605907992297], new[] { random.NextUInt64(), random.NextUInt64() });
    }

    [Fact]
    public void Every_part_of_a_key_changes_the_seed() =>
        Assert.Equal(4, new HashSet<ulong>
        {
            KeyedRandom.Seed(1, "a", 2),
            KeyedRandom.Seed(1, "a", 3),
            KeyedRandom.Seed(2, "a", 2),
            KeyedRandom.Seed(1, "b", 2),
        }.Count);

    [Fact]
    public void A_permutation_contains_each_number_once() =>
        Assert.Equal(Enumerable.Range(0, 100), KeyedRandom.For("p").Permutation(100).Order());

    [Fact]
    public void Numbers_below_a_bound_are_equally_frequent()
    {
        var random = KeyedRandom.For("uniform");
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++) counts[random.NextInt(7)]++;

        // 10,000 of each are expected with a standard deviation of 93; the bound is five deviations.
        Assert.All(counts, count => Assert.InRange(count, 10_000 - 465, 10_000 + 465));
    }

    [Fact]
    public void A_bound_must_be_positive() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyedRandom.For("x").NextInt(0));
}
