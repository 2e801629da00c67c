namespace PieService.Domain.Datasets;

/// <summary>Divides the examples of each label, so that every split has the same mix of labels.</summary>
public static class StratifiedSplit
{
    /// <summary>
    /// The split of every example. For a label with n examples, n * test examples go to test and n * validation to
    /// validation (halves rounded to even), and the rest to train. A number of examples is divided among the labels in
    /// proportion to n, and what is left over goes to the largest remainders. The seed and the label's name alone
    /// decide which examples of a label these are.
    /// </summary>
    /// <param name="labels">For each example, an index into <paramref name="labelNames"/>.</param>
    public static Split[] Assign(
        IReadOnlyList<ushort> labels, IReadOnlyList<string> labelNames, SplitFractions fractions)
    {
        var members = new List<int>[labelNames.Count];
        for (var label = 0; label < members.Length; label++) members[label] = [];
        for (var example = 0; example < labels.Count; example++) members[labels[example]].Add(example);

        var sizes = members.Select(examples => examples.Count).ToArray();
        var tests = Sizes(fractions.Test ?? 0, sizes, sizes, labelNames);
        var validations = Sizes(
            fractions.Validation, sizes, [.. sizes.Zip(tests, (size, taken) => size - taken)], labelNames);
        var splits = new Split[labels.Count];
        for (var label = 0; label < members.Length; label++)
        {
            var order = KeyedRandom.For(fractions.Seed, "split", labelNames[label]).Permutation(sizes[label]);
            for (var i = 0; i < tests[label] + validations[label]; i++)
                splits[members[label][order[i]]] = i < tests[label] ? Split.Test : Split.Validation;
        }
        return splits;
    }

    /// <param name="free">For each label, the number of examples that no other split has taken.</param>
    private static int[] Sizes(decimal part, int[] sizes, int[] free, IReadOnlyList<string> names)
    {
        if (!SplitFractions.IsCount(part))
            return [.. sizes.Zip(free, (size, left) => Math.Min(left, SplitFractions.Of(part, size)))];
        var total = sizes.Sum();
        var exact = sizes.Select(size => part * size / total).ToArray();
        // The last example of a label is taken only if there is no other one, since training needs each label.
        int[] taken = [.. exact.Zip(free, (share, left) => Math.Min(Math.Max(left - 1, 0), (int)share))];
        var rest = (int)part - taken.Sum();
        foreach (var keeps in new[] { 1, 0 })
        {
            var largest = Enumerable.Range(0, sizes.Length).OrderByDescending(label => exact[label] - taken[label])
                .ThenBy(label => names[label], StringComparer.Ordinal).ToList();
            for (var more = true; more && rest > 0;)
            {
                more = false;
                foreach (var label in largest.Where(label => taken[label] + keeps < free[label]))
                {
                    if (rest == 0) break;
                    (taken[label], rest, more) = (taken[label] + 1, rest - 1, true);
                }
            }
        }
        return taken;
    }
}
