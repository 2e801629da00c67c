using System.Text.Json;
using PieService.Domain.Recipes;

namespace PieService.Domain.Tests;

public class WireTests
{
    [Fact]
    public void Methods_have_the_names_of_the_paper_and_one_for_those_of_other_programs() => Assert.Equal(
        ["dense", "dense4E", "IMP", "IMP-WR", "MP-AI", "IIBP", "IIBP-WR", "IBP-AI", "IRP", "IRP-WR", "RP-AI",
            "external"],
        Wire.All<Method>());

    [Fact]
    public void Every_name_is_parsed_to_its_value() =>
        Assert.All(Enum.GetValues<Method>(), method => Assert.Equal(method, Wire.Parse<Method>(Wire.Name(method))));

    [Fact]
    public void Json_uses_the_same_names() => Assert.Equal("\"IMP-WR\"", Json.Write(Method.ImpWr));

    [Theory]
    [InlineData("\"imp-wr\"")]
    [InlineData("\"IMP,IMP\"")]
    [InlineData("\" IMP\"")]
    [InlineData("\"2\"")]
    [InlineData("2")]
    public void Json_accepts_no_other_spelling(string json) =>
        Assert.Throws<JsonException>(() => Json.Read<Method>(json));

    [Fact]
    public void An_unknown_name_is_refused_with_the_known_ones() =>
        Assert.Contains(
            "layerWise, global", Assert.Throws<FormatException>(() => Wire.Parse<PruningScope>("layerwise")).Message,
            StringComparison.Ordinal);
}
