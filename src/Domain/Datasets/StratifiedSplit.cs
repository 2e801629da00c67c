namespace PieService.Domain.Datasets;

/// <summary>Divides the examples of each label by fractions, so that every split has the same mix of labels.</summary>
public static class StratifiedSplit
{
    /// <summary>
    /// The split of every example. For a label with n examples, n * test examples go to test and n * validation to
    /// validation (halves rounded to even), and the rest to train. The seed and the label's name alone decide which
    /// ones.
    /// </summary>
    /// <param name="labels">For each example, an index into <paramref name="labelNames"/>.</param>
    public static Split[] Assign(
        IReadOnlyList<ushort> labels, IReadOnlyList<string> labelNames, SplitFractions fractions)
    {
        var members = new List<int>[labelNames.Count];
        for (var label = 0; label < members.Length; label++) members[label] = [];
        for (var example = 0; example < labels.Count; example++) members[labels[example]].Add(example);

        var splits = new Split[labels.Count];
        for (var label = 0; label < members.Length; label++)
        {
            var count = members[label].Count;
            var (test, validation) =
                ((int)decimal.Round(count * (fractions.Test ?? 0)), (int)decimal.Round(count * fractions.Validation));
            var order = KeyedRandom.For(fractions.Seed, "split", labelNames[label]).Permutation(count);
            for (var i = 0; i < test + validation; i++)
                splits[members[label][order[i]]] = i < test ? Split.Test : Split.Validation;
        }
        return splits;
    }
}
