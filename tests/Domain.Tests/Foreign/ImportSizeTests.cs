using PieService.Domain.Foreign.Assembly;

namespace PieService.Domain.Tests.Foreign;

public class ImportSizeTests
{
    [Theory]
    [InlineData(550_000, 3, 60, null)]
    [InlineData(550_000, 1_000, 1, "of a run would take 1101100000 bytes")]
    [InlineData(500_000, 900, 60, "would take 54060000000 bytes")]
    public void Answers_that_the_database_or_the_disk_cannot_take_are_refused(
        int examples, int labels, int runs, string? fault)
    {
        // Single-label answers with scores: two bytes for the class and two for each score.
        var found = ImportSize.Fault(examples, labels, [.. Enumerable.Repeat(2 + (2 * labels), runs)]);

        if (fault is null) Assert.Null(found);
        else Assert.Contains(fault, found, StringComparison.Ordinal);
    }
}
