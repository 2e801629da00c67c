using PieService.Api.Access;

namespace PieService.Api.Tests.Access;

public sealed class KeyTextTests
{
    [Fact]
    public void A_parsed_key_equals_the_one_that_was_shown()
    {
        var key = KeyText.New();

        var read = KeyText.Parse(key.Reveal())!;

        Assert.Equal(
            (key.Prefix, Convert.ToHexString(key.SecretHash)), (read.Prefix, Convert.ToHexString(read.SecretHash)));
        Assert.NotEqual(key.Reveal(), KeyText.New().Reveal());
    }

    [Fact]
    public void A_formatted_key_does_not_contain_its_secret()
    {
        var key = KeyText.New();

        Assert.Equal($"pie_{key.Prefix}_…", $"{key}");
    }
}
