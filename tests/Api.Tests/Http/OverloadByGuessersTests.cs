using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using PieService.Api.Access;
using PieService.Api.Http;
using PieService.Api.Tests.Access;
using PieService.Domain.Access;
using PieService.TestSupport;

namespace PieService.Api.Tests.Http;

/// <summary>Requests without a valid key while the places are taken by holders of keys.</summary>
public sealed class OverloadByGuessersTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    [Fact]
    public async Task A_request_without_a_valid_key_is_refused_without_a_place()
    {
        using var holder = api.ClientOf(Role.Admin);
        await using var held = await LockedTable.OfAsync(api.ConnectionString, "webhooks");
        var limits = RequestsInProgress.Limits(Environment.ProcessorCount);
        var holders = Enumerable.Range(0, limits.PermitLimit + limits.QueueLimit + 1)
            .Select(_ => holder.GetAsync("/api/v1/webhooks")).ToList();
        await Until.HoldsAsync(() => Task.FromResult(holders.Any(request => request.IsCompleted)));

        foreach (var header in (string?[])[null, KeyText.New().Reveal(), "not a key"])
        {
            foreach (var (method, path) in (ValueTuple<HttpMethod, string>[])
                [(HttpMethod.Get, "/api/v1/webhooks"), (HttpMethod.Post, "/api/v1/webhooks"), (HttpMethod.Post, "/no")])
            {
                using var request = new HttpRequestMessage(method, path);
                if (header is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", header);
                using var response = await api.Client.SendAsync(request);

                Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            }
        }
        using var document = await api.Client.GetAsync("/swagger/v1/swagger.json");
        Assert.Equal(HttpStatusCode.OK, document.StatusCode);
        await held.ReleaseAsync();
        await Task.WhenAll(holders);
    }

    [Theory]
    [InlineData("/api/v1/webhooks")]
    [InlineData("/no")]
    public async Task The_body_of_a_request_without_a_valid_key_is_not_received(string path)
    {
        using var unsent = new StreamContent(new Pipe().Reader.AsStream());

        using var response = await api.Client.PostAsync(path, unsent).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }
}
