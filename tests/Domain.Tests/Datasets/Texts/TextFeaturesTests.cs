using System.Text.Json;
using PieService.Domain.Datasets.Texts;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Datasets.Texts;

public class TextFeaturesTests
{
    [Fact]
    public void Features_are_those_of_the_reference() => Each("analysis.json", "text_features", golden =>
    {
        var training = TrainingTypes.Of(golden.GetProperty("train").EnumerateArray().Select(Tokens));
        Assert.All(golden.GetProperty("texts").EnumerateArray(), text =>
        {
            var (second, expected) = (text.GetProperty("second"), text.GetProperty("expected"));
            var features = TextFeatures.Of(
                Tokens(text.GetProperty("tokens")), second.ValueKind == JsonValueKind.Null ? null : Tokens(second),
                training);

            Assert.Equal(expected.Int("tokens"), features.Tokens);
            Close(expected.Optional("mean_word_length"), features.MeanWordLength);
            Close(expected.Optional("moving_type_token_ratio"), features.UniqueShare);
            Close(expected.Optional("information"), features.Information);
            Close(expected.Optional("rare_share"), features.RareShare);
            Close(expected.Optional("unseen_share"), features.UnseenShare);
            Close(expected.TryGetProperty("pair_overlap", out var overlap) ? overlap.GetDouble() : null,
                features.PairOverlap);
        });
    });

    /// <summary>A word of an emoji and a letter has two code points, and three UTF-16 units.</summary>
    [Fact]
    public void Words_are_measured_in_code_points() =>
        Assert.Equal(2, TextFeatures.Of(["\U0001F600a"], null, TrainingTypes.Of([])).MeanWordLength);

    /// <summary>Windows of 50 tokens have 50 types here, but the text has only 51 of 100.</summary>
    [Fact]
    public void Long_texts_are_measured_in_windows()
    {
        string[] tokens = [.. Enumerable.Range(0, 102).Select(i => $"w{i % 51}")];

        Assert.Equal(1, TextFeatures.Of(tokens, null, TrainingTypes.Of([])).UniqueShare);
    }

    [Fact]
    public void The_first_of_equally_frequent_types_by_code_units_is_frequent()
    {
        var training = TrainingTypes.Of([["b", "a", "c", "c", "c", "c", "c", "c", "c", "c"]]);

        Assert.True(training.IsFrequent("a"));
        Assert.False(training.IsFrequent("b"));
    }

    private static string[] Tokens(JsonElement list) =>
        [.. list.EnumerateArray().Select(token => token.GetString()!)];
}
