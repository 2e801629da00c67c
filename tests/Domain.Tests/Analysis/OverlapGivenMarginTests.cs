using PieService.Domain.Analysis;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Analysis;

public class OverlapGivenMarginTests
{
    [Fact]
    public void Overlaps_are_those_of_the_reference() => Each("analysis.json", "overlap", golden =>
    {
        var (examples, strata, expected) =
            (golden.Int("examples"), golden.Ints("strata"), golden.GetProperty("expected"));
        bool[] first = golden.Members("first", examples), second = golden.Members("second", examples);
        var (n1, n2) = (first.Count(isPie => isPie), second.Count(isPie => isPie));
        var shared = first.Zip(second).Count(isPie => isPie is (true, true));
        var overlap = PieOverlap.Of(n1, n2, shared, examples);
        var given = OverlapGivenMargin.Of(strata.Select((stratum, i) => (stratum, first[i], second[i])));

        Assert.Equal((expected.Int("shared"), expected.Int("union")), (overlap.Shared, overlap.Union));
        Close(expected.Optional("jaccard"), overlap.Jaccard);
        Close(expected.Number("expected_shared"), overlap.ExpectedShared);
        Close(expected.Optional("expected_jaccard"), overlap.ExpectedJaccard);
        Close(expected.Optional("ratio"), overlap.Ratio);
        Close(expected.Optional("kappa"), PieOverlap.Kappa(n1, n2, shared, examples));
        Close(expected.Number("expected_shared_given_margin"), given.ExpectedShared);
        Close(expected.Optional("ratio_given_margin"), given.Ratio);
        Close(expected.Optional("z"), given.Z);
        CloseP(expected.Optional("p"), given.P);
    });

    [Fact]
    public void Kappa_is_that_of_scikit_learn() => Each("statistics.json", "agreement", golden =>
    {
        int[] a = golden.Ints("a"), b = golden.Ints("b");
        var (n1, n2, shared) = (a.Sum(), b.Sum(), a.Zip(b).Count(x => x is (1, 1)));

        Close(golden.Optional("kappa"), PieOverlap.Kappa(n1, n2, shared, a.Length));
        Close(golden.Optional("jaccard"), PieOverlap.Of(n1, n2, shared, a.Length).Jaccard);
    });

    [Fact]
    public void The_order_of_the_comparisons_does_not_matter()
    {
        var random = KeyedRandom.For("overlap");
        var examples = Enumerable.Range(0, 200)
            .Select(_ => (Stratum: random.NextInt(10), First: random.NextInt(4) == 0, Second: random.NextInt(3) == 0))
            .ToList();

        Assert.Equal(
            OverlapGivenMargin.Of(examples),
            OverlapGivenMargin.Of(examples.Select(example => (example.Stratum, example.Second, example.First))));
    }

    /// <summary>In each stratum all or none are PIEs of both, so the margin explains the overlap.</summary>
    [Fact]
    public void An_overlap_that_the_margin_explains_has_no_z() => Assert.Equal(
        new OverlapGivenMargin(2, 1, null, null),
        OverlapGivenMargin.Of([(0, true, true), (0, true, true), (5, false, false), (5, false, false)]));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.19, 1)]
    [InlineData(0.9, 9)]
    [InlineData(1, 9)]
    public void Strata_are_tenths_of_the_margin(double margin, int stratum) =>
        Assert.Equal(stratum, OverlapGivenMargin.Stratum(margin));

    [Fact]
    public void Intersections_are_those_of_the_reference() => Each("analysis.json", "intersections", golden =>
    {
        var rows = PieIntersection.Of([.. golden.Rows("sets").Select(set => (IEnumerable<int>)set)]);

        Assert.Equal(
            golden.GetProperty("rows").EnumerateArray()
                .Select(row => (string.Join(' ', row.Ints("sets")), row.Int("examples"))),
            rows.Select(row => (string.Join(' ', row.Sets), row.Examples)));
    });

    [Fact]
    public void Too_many_sets_are_refused() => Assert.Throws<ArgumentException>(() =>
        PieIntersection.Of([.. Enumerable.Repeat((IEnumerable<int>)[1], 32)]));
}
