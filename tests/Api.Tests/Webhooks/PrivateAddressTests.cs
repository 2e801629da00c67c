using System.Net;
using System.Text.Json.Nodes;

namespace PieService.Api.Tests.Webhooks;

/// <summary>
/// The default settings: a client must not make the service send requests to addresses that only the service can reach.
/// </summary>
public sealed class PrivateAddressTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("2130706433")]
    [InlineData("0.0.0.0")]
    public async Task Nothing_is_sent_to_a_private_address_whatever_it_is_called(string host)
    {
        using var receiver = Receiver.Answering(200);
        var webhook = await api.PostAsync(
            "/api/v1/webhooks", new JsonObject { ["url"] = $"http://{host}:{receiver.Port}/" }, HttpStatusCode.Created);
        await api.PostAsync($"/api/v1/webhooks/{webhook["id"]}/test", new JsonObject());

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        JsonNode delivery;
        do
        {
            await look.WaitForNextTickAsync(limit.Token);
            delivery = (await api.GetAsync($"/api/v1/webhooks/{webhook["id"]}/deliveries"))["items"]![0]!;
        }
        while (delivery["lastError"] is null);

        Assert.Contains("PIE_WEBHOOK_PRIVATE", (string?)delivery["lastError"], StringComparison.Ordinal);
        Assert.Null(delivery["lastStatus"]);
        Assert.Empty(receiver.Messages);
    }
}
