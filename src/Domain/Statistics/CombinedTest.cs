namespace PieService.Domain.Statistics;

/// <summary>
/// One test of an example from the tests of its labels: p = min(1, sum_c F_c(min_c p_c)), which is valid
/// whatever the dependence of the labels. A label that no run predicts adds nothing to p below 1. Distributions are
/// kept by those of the labels. Almost every example of many labels has a distribution of its own, so each is
/// coarsened, and p is rounded up to one of its values. Not thread-safe.
/// </summary>
public sealed class CombinedTest
{
    private readonly Dictionary<NullDistribution, char> numbers = [];
    private readonly Dictionary<string, NullDistribution> known = [];

    /// <param name="labels">The tests of the C labels, at least one.</param>
    /// <exception cref="ArgumentException">There is no label.</exception>
    public TestedVotes Of(ReadOnlySpan<TestedVotes> labels)
    {
        if (labels.Length == 0) throw new ArgumentException("An example has at least one label.", nameof(labels));
        var smallest = 1.0;
        foreach (var label in labels) smallest = Math.Min(smallest, label.P);
        var p = 0.0;
        foreach (var label in labels) p += label.Null.At(smallest);
        var combined = Combined(labels);
        return new(combined.RoundedUp(Math.Min(1, p)), combined);
    }

    private NullDistribution Combined(ReadOnlySpan<TestedVotes> labels)
    {
        // Constant distributions only matter if there are no others, so they are not part of the key.
        Span<char> key = labels.Length <= 256 ? stackalloc char[labels.Length] : new char[labels.Length];
        var length = 0;
        foreach (var label in labels)
            if (label.Null != NullDistribution.Constant) key[length++] = Number(label.Null);
        key = key[..length];
        key.Sort();
        var byKey = known.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!byKey.TryGetValue(key, out var combined)) byKey[key] = combined = Sum(labels);
        return combined;
    }

    private char Number(NullDistribution distribution)
    {
        if (numbers.TryGetValue(distribution, out var number)) return number;
        return numbers[distribution] = checked((char)numbers.Count);
    }

    /// <summary>The attainable values of the sum, which are its values at the attainable values of the
    /// labels.</summary>
    private static NullDistribution Sum(ReadOnlySpan<TestedVotes> labels)
    {
        var counts = new Dictionary<NullDistribution, int>();
        foreach (var label in labels) counts[label.Null] = counts.GetValueOrDefault(label.Null) + 1;
        counts.Remove(NullDistribution.Constant);
        if (counts.Count == 0) return NullDistribution.Constant;
        if (counts.Keys.Any(distribution => distribution.IsContinuous)) return NullDistribution.Uniform;
        return NullDistribution.Of(counts.Keys.SelectMany(distribution => distribution.Attainable.ToArray())
            .Distinct().Select(x => Math.Min(1, counts.Sum(label => label.Value * label.Key.At(x))))).Coarsened();
    }
}
