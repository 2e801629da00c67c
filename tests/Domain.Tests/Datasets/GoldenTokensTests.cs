using PieService.Domain.Datasets;
using PieService.Golden;

namespace PieService.Domain.Tests.Datasets;

public sealed class GoldenTokensTests
{
    [Fact]
    public void Every_text_has_the_published_words() =>
        Assert.All(GoldenFolder.Json("tokens.json").EnumerateArray(), golden => Assert.Equal(
            golden.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!),
            BasicEnglish.Tokenise(golden.GetProperty("text").GetString()!)));
}
