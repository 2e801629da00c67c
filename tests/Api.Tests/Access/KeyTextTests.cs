using PieService.Api.Access;

namespace PieService.Api.Tests.Access;

public sealed class KeyTextTests
{
    [Fact]
    public void A_key_that_is_read_is_the_one_that_was_shown()
    {
        var key = KeyText.New();

        var read = KeyText.Parse(key.Reveal())!;

        Assert.Equal((key.Prefix, Convert.ToHexString(key.SecretHash)), (read.Prefix, Convert.ToHexString(read.SecretHash)));
        Assert.NotEqual(key.Reveal(), KeyText.New().Reveal());
    }

    [Fact]
    public void Wherever_a_key_is_formatted_its_secret_is_left_out()
    {
        var key = KeyText.New();

        Assert.Equal($"pie_{key.Prefix}_…", $"{key}");
    }
}
