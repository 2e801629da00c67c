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
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
            {
                using var request = new HttpRequestMessage(method, "/api/v1/webhooks");
                if (header is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", header);
                using var response = await api.Client.SendAsync(request);

                Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            }
        }
        await held.ReleaseAsync();
        await Task.WhenAll(holders);
    }
}
