namespace PieService.Domain.Datasets;

/// <summary>
/// Divides multi-label examples by fractions, at random. Which of them go together cannot be said label by label: an
/// example has several.
/// </summary>
public static class RandomSplit
{
    /// <summary>
    /// The split of every example. Of n, n * test go to test and n * validation to validation (halves rounded to even), which
    /// ones decided by the seed alone; the rest is for training.
    /// </summary>
    public static Split[] Assign(int examples, SplitFractions fractions)
    {
        var (test, validation) = ((int)decimal.Round(examples * (fractions.Test ?? 0)), (int)decimal.Round(examples * fractions.Validation));
        var order = KeyedRandom.For(fractions.Seed, "split").Permutation(examples);
        var splits = new Split[examples];
        for (var i = 0; i < test + validation; i++) splits[order[i]] = i < test ? Split.Test : Split.Validation;
        return splits;
    }
}
