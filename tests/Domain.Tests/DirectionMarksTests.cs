namespace PieService.Domain.Tests;

public sealed class DirectionMarksTests
{
    [Fact]
    public void Marks_that_would_reverse_the_rest_of_a_sentence_are_removed() =>
        Assert.Equal(
            "evil, \u0645\u0644\u0641 and \u2013 42 %",
            DirectionMarks.RemovedFrom("ev\u202eil, \u2067\u0645\u0644\u0641\u2069 and\u200f \u2013 42 %"));
}
