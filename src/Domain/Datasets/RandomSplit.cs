namespace PieService.Domain.Datasets;

/// <summary>
/// Divides multi-label examples at random. They cannot be divided within each label, since an example may
/// have several.
/// </summary>
public static class RandomSplit
{
    /// <summary>
    /// The split of every example. Of n examples, n * test go to test and n * validation to validation (halves rounded
    /// to even), or the number that is given, and the rest to train. The seed alone decides which ones.
    /// </summary>
    public static Split[] Assign(int examples, SplitFractions fractions)
    {
        var (test, validation) =
            (SplitFractions.Of(fractions.Test ?? 0, examples), SplitFractions.Of(fractions.Validation, examples));
        var order = KeyedRandom.For(fractions.Seed, "split").Permutation(examples);
        var splits = new Split[examples];
        for (var i = 0; i < test + validation; i++) splits[order[i]] = i < test ? Split.Test : Split.Validation;
        return splits;
    }
}
