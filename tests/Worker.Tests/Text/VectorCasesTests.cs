using PieService.Worker.Text;

namespace PieService.Worker.Tests.Text;

public sealed class VectorCasesTests
{
    [Theory]
    [InlineData("003", "bom-header.txt")]
    [InlineData("005", "tab-word.txt")]
    [InlineData("013", "two.txt")]
    [InlineData("013", "two.gz")]
    [InlineData("017", "blank-end.txt")]
    public void A_file_with_24_vectors_of_4_numbers_is_read(string number, string file)
    {
        var vectors = VectorSummary.Read(Cases.PathOf(number, file), CancellationToken.None);
        Assert.Equal((24, 4, 0), (vectors.Words, vectors.Dimensions, vectors.Duplicates));
    }

    [Theory]
    [InlineData("007", "cut-at-line.txt.gz", "ends too early; was it downloaded whole?")]
    [InlineData("009", "header-short.txt", "states 400000 vectors, but 24 follow")]
    [InlineData("011", "more.txt", "line 6: it has 5 numbers, but line 1 has 4")]
    [InlineData("015", "huge.txt", "line 6: number 1 of good is beyond float32, 1e39")]
    public void A_file_that_is_not_whole_or_not_right_is_refused(string number, string file, string reason)
    {
        var path = Cases.PathOf(number, file);
        Assert.Contains(
            reason,
            Assert.Throws<InvalidDataException>(() => VectorSummary.Read(path, CancellationToken.None)).Message,
            StringComparison.Ordinal);
    }
}
