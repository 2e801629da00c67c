using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Predictions;

public class RunAnswersTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("42", "42")]
    [InlineData("a\0b", "a\uFFFDb")]
    public void A_short_answer_is_stored_as_it_is(string? answer, string? stored) =>
        Assert.Equal(stored, RunAnswers.Stored(answer));

    [Fact]
    public void Long_answers_that_differ_at_their_ends_are_stored_differently()
    {
        var (one, other) = (new string('x', 20_000) + "1", new string('x', 20_000) + "2");

        Assert.Equal(RunAnswers.Characters, RunAnswers.Stored(one)!.Length);
        Assert.EndsWith("]", RunAnswers.Stored(one), StringComparison.Ordinal);
        Assert.Contains("[20001 characters, SHA-256 ", RunAnswers.Stored(one), StringComparison.Ordinal);
        Assert.Equal(RunAnswers.Stored(one), RunAnswers.Stored(new string(one)));
        Assert.NotEqual(RunAnswers.Stored(one), RunAnswers.Stored(other));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_long_answer_is_not_cut_within_a_character(int before)
    {
        var stored = RunAnswers.Stored(
            new string('x', before) + string.Concat(Enumerable.Repeat("\U0001F967", 10_000)))!;

        Assert.InRange(stored.Length, RunAnswers.Characters - 1, RunAnswers.Characters);
        Assert.All(Enumerable.Range(0, stored.Length), i => Assert.False(
            char.IsHighSurrogate(stored[i]) && !char.IsLowSurrogate(stored[i + 1])));
    }
}
