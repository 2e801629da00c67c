using PieService.Domain.Webhooks;

namespace PieService.Domain.Tests.Webhooks;

public sealed class WebhookRulesTests
{
    [Fact]
    public void Secrets_differ_and_have_256_bits()
    {
        var secret = Webhook.NewSecret();

        Assert.NotEqual(secret, Webhook.NewSecret());
        Assert.Equal(32, Convert.FromBase64String(secret["whsec_".Length..]).Length);
    }

    [Theory]
    [InlineData("https://example.org/hook")]
    [InlineData("http://localhost:8080/?token=a")]
    [InlineData("https://[2606:4700::1]/")]
    public void A_web_address_is_accepted(string url) =>
        Assert.Empty(WebhookRequest.Check(new WebhookRequest { Url = url }));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/hook")]
    [InlineData("example.org")]
    [InlineData("ftp://example.org/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:password@example.org/")]
    [InlineData("https://user@example.org/")]
    [InlineData("https://example.org/#part")]
    [InlineData("https://example.org/a b")]
    [InlineData("https://example.org/\r\nx: y")]
    [InlineData("https://")]
    public void Any_other_text_is_refused_with_its_field(string? url) =>
        Assert.Equal("url", Assert.Single(WebhookRequest.Check(new WebhookRequest { Url = url })).Field);

    [Fact]
    public void The_length_of_an_address_is_limited()
    {
        var longest = "https://example.org/".PadRight(2000, 'x');

        Assert.Empty(WebhookRequest.Check(new WebhookRequest { Url = longest }));
        Assert.Single(WebhookRequest.Check(new WebhookRequest { Url = longest + "x" }));
    }

    [Fact]
    public void Ten_attempts_take_about_a_day()
    {
        var pauses = Enumerable.Range(1, 9).Select(WebhookSettings.PauseAfter).ToList();

        Assert.Equal(pauses.Order(), pauses);
        Assert.InRange(pauses.Aggregate((sum, pause) => sum + pause), TimeSpan.FromHours(20), TimeSpan.FromHours(30));
        Assert.Equal(TimeSpan.FromDays(1), WebhookSettings.PauseAfter(20));
    }
}
