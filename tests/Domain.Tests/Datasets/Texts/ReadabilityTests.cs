using PieService.Domain.Datasets.Texts;
using PieService.Golden;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Datasets.Texts;

public class ReadabilityTests
{
    private static readonly SyllableCounts Syllables = new();

    [Fact]
    public void Syllables_are_those_of_textstat()
    {
        var words = GoldenFolder.Json("syllables.json").EnumerateObject().ToList();

        Assert.NotEmpty(words);
        Assert.All(words, word => Assert.Equal(word.Value.GetInt32(), Syllables.Of(word.Name)));
    }

    [Fact]
    public void Counts_and_formulas_are_those_of_textstat()
    {
        var texts = GoldenFolder.Json("readability.json").EnumerateArray().ToList();

        Assert.NotEmpty(texts);
        Assert.All(texts, golden =>
        {
            var text = golden.GetProperty("text").GetString()!;
            var counts = TextCounts.Of(text, Syllables);
            var readability = Readability.Of(text, counts, Syllables);

            Assert.Equal(
                new TextCounts(
                    golden.Int("char_count"), golden.Int("letter_count"), golden.Int("lexicon_count"),
                    golden.Int("syllable_count"), golden.Int("sentence_count"), golden.Int("polysyllable_count"),
                    golden.Int("difficult_words")),
                counts);
            Close(golden.Number("flesch_reading_ease"), readability.FleschReadingEase);
            Close(golden.Number("flesch_kincaid_grade"), readability.FleschKincaidGrade);
            Close(golden.Number("gunning_fog"), readability.GunningFog);
            Close(golden.Number("smog_index"), readability.SmogIndex);
            Close(golden.Number("automated_readability_index"), readability.AutomatedReadabilityIndex);
            Close(golden.Number("coleman_liau_index"), readability.ColemanLiauIndex);
            Close(golden.Number("linsear_write_formula"), readability.LinsearWriteFormula);
            Close(golden.Number("dale_chall_readability_score"), readability.DaleChallScore);
        });
    }

    /// <summary>Hyphenation is not syllabification, and an apostrophe is deleted before it.</summary>
    [Theory]
    [InlineData("hyphenation", 3)]
    [InlineData("understanding", 4)]
    [InlineData("idea", 1)]
    [InlineData("movie", 1)]
    [InlineData("Readability", 4)]
    [InlineData("isn't", 2)]
    [InlineData("...", 0)]
    public void Words_have_their_hyphenation_points_and_one_more(string word, int syllables) =>
        Assert.Equal(syllables, Syllables.Of(word));

    /// <summary>The dictionary has isn't with an apostrophe, and it does not have the last word.</summary>
    [Theory]
    [InlineData("hyphenation", 4)]
    [InlineData("idea", 3)]
    [InlineData("Movie", 2)]
    [InlineData("video", 3)]
    [InlineData("isn't an area", 6)]
    [InlineData("...", 0)]
    [InlineData("zzhyphenation", 3)]
    public void Words_have_the_syllables_of_their_pronunciation(string words, int syllables) =>
        Assert.Equal(syllables, new SyllableCounts(SyllableRule.Pronunciation).Of(words));

    /// <summary>A superscript and a fraction are word characters of Python, and an accent is not.</summary>
    [Fact]
    public void Words_are_those_of_Python() =>
        Assert.Equal(4, TextCounts.Of("x\u00B2 \u00BD e\u0301 \u0301 a_b", Syllables).Words);

    [Fact]
    public void Fragments_of_two_words_are_not_sentences()
    {
        Assert.Equal(1, TextCounts.Of("A man, outside. Avoid it!", Syllables).Sentences);
        Assert.Equal(1, TextCounts.Of("Avoid it! Go!", Syllables).Sentences);
        Assert.Equal(2, TextCounts.Of("One two three... Four five six", Syllables).Sentences);
    }
}
