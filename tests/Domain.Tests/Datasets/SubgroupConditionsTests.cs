using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets;

public class SubgroupConditionsTests
{
    private static readonly Example Pair = new()
    {
        SourceId = "a",
        Text = "It isn't well-known.",
        SecondText = "ÜBER all",
        Labels = [1],
        Attributes = new Dictionary<string, string> { ["topic"] = "sports" },
    };

    [Fact]
    public void Letters_of_either_case_are_the_same_in_both_texts_of_a_pair() =>
        Assert.True(Holds(new() { Contains = "IT ISN" }) && Holds(new() { Contains = "über" }));

    /// <summary>It isnt wellknown, and two words of the second text.</summary>
    [Theory]
    [InlineData(5, 5, true)]
    [InlineData(6, null, false)]
    [InlineData(null, 4, false)]
    public void Words_of_both_texts_are_counted(int? least, int? most, bool holds) =>
        Assert.Equal(holds, Holds(new() { MinWords = least, MaxWords = most }));

    [Theory]
    [InlineData("topic", "sports", true)]
    [InlineData("topic", "Sports", false)]
    [InlineData("author", "sports", false)]
    public void An_attribute_has_exactly_the_value(string attribute, string value, bool holds) =>
        Assert.Equal(holds, Holds(new() { Attribute = attribute, AttributeValue = value }));

    [Fact]
    public void Each_subgroup_has_its_bit()
    {
        var conditions = new SubgroupConditions(
            [new() { Label = "no" }, new() { Label = "yes" }, new() { Contains = "all" }], ["no", "yes"]);

        Assert.Equal((UInt128)6, conditions.Of(Pair));
        Assert.True(conditions.NeedTexts);
        Assert.False(new SubgroupConditions([new() { Label = "no" }], ["no", "yes"]).NeedTexts);
    }

    private static bool Holds(SubgroupWhere where) => new SubgroupConditions([where], ["no", "yes"]).Of(Pair) == 1;
}
