using Microsoft.Extensions.Configuration;
using PieService.Api.Access;

namespace PieService.Api.Tests.Access;

public sealed class AccessSettingsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("urls", "http://127.0.0.1:5000")]
    [InlineData("urls", "http://localhost:5000;https://[::1]:5001")]
    [InlineData("Kestrel:Endpoints:Http:Url", "http://localhost:5000")]
    [InlineData("PIE_REQUIRE_KEYS", "false")]
    public void On_loopback_no_keys_are_required(string setting, string value) =>
        Assert.False(From(setting, value).RequireKeys);

    [Theory]
    [InlineData("urls", "http://0.0.0.0:5000")]
    [InlineData("urls", "http://*:5000")]
    [InlineData("urls", "http://+:5000")]
    [InlineData("urls", "http://[::]:5000")]
    [InlineData("urls", "http://192.168.1.7:5000")]
    [InlineData("urls", "http://pie.example:5000")]
    [InlineData("urls", "http://localhost.example:5000")]
    [InlineData("urls", "http://127.0.0.1:5000;http://0.0.0.0:5001")]
    [InlineData("urls", "http://unix:/run/pie.sock")]
    [InlineData("http_ports", "8080")]
    [InlineData("https_ports", "8443")]
    [InlineData("Kestrel:Endpoints:Https:Url", "https://*:5001")]
    [InlineData("PIE_REQUIRE_KEYS", "true")]
    public void On_other_addresses_or_on_request_keys_are_required(string setting, string value) =>
        Assert.True(From(setting, value).RequireKeys);

    [Fact]
    public void Keys_cannot_be_disabled_for_requests_from_other_machines() =>
        Assert.True(
            AccessSettings.From(
                Configuration(("urls", "http://0.0.0.0:5000"), ("PIE_REQUIRE_KEYS", "false"))).RequireKeys);

    [Theory]
    [InlineData("PIE_REQUIRE_KEYS", "yes")]
    [InlineData("PIE_REQUESTS_PER_SECOND", "0")]
    [InlineData("PIE_AUDIT_DAYS", "for ever")]
    public void An_invalid_setting_is_named_in_the_error(string setting, string value) =>
        Assert.Contains(
            setting, Assert.Throws<FormatException>(() => From(setting, value)).Message, StringComparison.Ordinal);

    private static AccessSettings From(string setting, string value) =>
        AccessSettings.From(Configuration((setting, value)));

    private static IConfiguration Configuration(params (string Name, string Value)[] settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings.Where(setting => setting.Name.Length > 0)
                    .ToDictionary(setting => setting.Name, setting => (string?)setting.Value)).Build();
}
