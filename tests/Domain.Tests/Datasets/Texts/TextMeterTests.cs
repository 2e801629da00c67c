using PieService.Domain.Datasets.Texts;

namespace PieService.Domain.Tests.Datasets.Texts;

public class TextMeterTests
{
    private const string First = "Two dogs are running.", Second = "A man, outside, isn't sleeping!";

    private readonly TextMeter meter = new(TrainingTypes.Of([["two", "dogs", "."]]));

    /// <summary>The values of the readability measures are those that textstat gave.</summary>
    [Fact]
    public void Both_texts_of_a_pair_are_measured_as_one_with_a_space_between_them()
    {
        var values = meter.Measure(First, Second, PairPart.Joined);

        Assert.Equal([45, 40, 9, 13, 2, 0, 1, 83.83, 2.7, 1.8, 0, 4.4, 3.44, 1.25, 7.37], values[..15]);
        Assert.Equal(First.Length + Second.Length, Of(values, TextMeasure.CodePoints));
        // two dogs are running . a man , outside , isn ' t sleeping !
        Assert.Equal(15, Of(values, TextMeasure.Tokens));
        Assert.Equal(12.0 / 15, Of(values, TextMeasure.UnseenShare));
        Assert.Equal(0, Of(values, TextMeasure.PairOverlap));
    }

    [Fact]
    public void A_text_of_a_pair_can_be_measured_alone()
    {
        Assert.Equal(meter.Measure(First, null, PairPart.Joined), meter.Measure(First, Second, PairPart.First));
        Assert.Equal(meter.Measure(Second, null, PairPart.Joined), meter.Measure(First, Second, PairPart.Second));
        Assert.Equal(double.NaN, Of(meter.Measure(First, Second, PairPart.First), TextMeasure.PairOverlap));
    }

    [Fact]
    public void Without_a_second_text_it_has_no_values() =>
        Assert.All(meter.Measure(First, null, PairPart.Second), value => Assert.Equal(double.NaN, value));

    [Fact]
    public void A_text_without_words_has_counts_and_no_readability()
    {
        var values = meter.Measure("!", null, PairPart.Joined);

        Assert.Equal((1, 0), (Of(values, TextMeasure.Characters), Of(values, TextMeasure.Words)));
        Assert.Equal(double.NaN, Of(values, TextMeasure.FleschReadingEase));
        Assert.Equal(1, Of(values, TextMeasure.Tokens));
        Assert.Equal(double.NaN, Of(meter.Measure("", null, PairPart.Joined), TextMeasure.Information));
    }

    [Fact]
    public void Measures_of_syllables_are_also_those_of_the_pronunciation()
    {
        var syllables = new SyllableCounts(SyllableRule.Pronunciation);
        var whole = $"{First} {Second}";
        var readability = Readability.Of(whole, TextCounts.Of(whole, syllables), syllables);

        var values = meter.MeasurePronounced(First, Second, PairPart.Joined);

        Assert.Equal(TextMeasures.OfSyllables.Count, values.Length);
        Assert.Equal(
            [syllables.Of(whole), readability.FleschReadingEase, readability.FleschKincaidGrade],
            [values[0], values[3], values[4]]);
        Assert.Equal(meter.MeasurePronounced(Second, null, PairPart.First), meter.MeasurePronounced(
            First, Second, PairPart.Second));
        Assert.All(
            meter.MeasurePronounced(First, null, PairPart.Second), value => Assert.Equal(double.NaN, value));
        Assert.Equal(double.NaN, meter.MeasurePronounced("!", null, PairPart.Joined)[3]);
    }

    [Fact]
    public void There_is_a_value_for_each_measure() =>
        Assert.Equal(Enum.GetValues<TextMeasure>().Length, meter.Measure(First, Second, PairPart.Joined).Length);

    private static double Of(double[] values, TextMeasure measure) => values[(int)measure];
}
