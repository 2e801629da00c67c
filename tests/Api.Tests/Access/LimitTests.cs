using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Access;
using PieService.Domain.Access;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Access;

/// <summary>
/// Each test sends requests until one is refused, which happens long before the limiter is replenished.
/// </summary>
public sealed class LimitTests(LimitTests.SlowApi api) : IClassFixture<LimitTests.SlowApi>
{
    private const int Patience = 2000;

    [Fact]
    public async Task A_key_that_exceeds_its_rate_waits_and_other_keys_do_not()
    {
        using var reader = api.ClientOf(Role.Reader);
        using var admin = api.ClientOf(Role.Admin);

        using var refused = await UntilRefusedAsync(reader);

        Assert.True(refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/api/v1/system")).StatusCode);
    }

    [Fact]
    public async Task Requests_for_liveness_are_not_limited()
    {
        for (var asked = 0; asked < 50; asked++)
            Assert.Equal(HttpStatusCode.OK, (await api.Client.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task Health_checks_that_query_the_database_have_a_separate_limit()
    {
        using var anonymous = await UntilRefusedAsync(api.Client);
        using (var ready = await api.Client.GetAsync("/health/ready"))
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);

        using var refused = await UntilRefusedAsync(api.Client, "/health/ready");

        Assert.NotNull(refused.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_flood_of_wrong_keys_is_refused_and_does_not_exhaust_the_connections()
    {
        // This test uses a separate application, so that its guesses do not cause refusals in other tests.
        var flooded = new KeyedApi();
        await flooded.InitializeAsync();
        using var guesser = flooded.ClientOf(KeyText.New().Reveal());

        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => guesser.GetAsync("/api/v1/system")));

        Assert.All(
            answers,
            answer =>
                Assert.True(
                    answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests, $"{answer}"));
        Assert.Contains(
            answers,
            answer => answer.StatusCode == HttpStatusCode.TooManyRequests && answer.Headers.RetryAfter is not null);
        await flooded.DisposeAsync();
    }

    [Fact]
    public async Task Behind_one_address_a_guesser_waits_and_the_holder_of_a_key_does_not()
    {
        using var keys = new KeyCheck(api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>());
        var right = KeyText.Parse(api.Key(Role.Reader));

        for (var guess =
            0; (await keys.FindAsync(KeyText.New(), "10.0.0.1", CancellationToken.None)).Wait is null; guess++)
            Assert.True(guess < Patience);

        Assert.NotNull((await keys.FindAsync(right, "10.0.0.1", CancellationToken.None)).Key);
        Assert.Null((await keys.FindAsync(KeyText.New(), "10.0.0.2", CancellationToken.None)).Wait);
    }

    private static async Task<HttpResponseMessage> UntilRefusedAsync(HttpClient client, string path = "/api/v1/system")
    {
        for (var asked = 0; asked < Patience; asked++)
        {
            var response = await client.GetAsync(path);
            if (response.StatusCode == HttpStatusCode.TooManyRequests) return response;
            response.Dispose();
        }
        throw new InvalidOperationException("There is no limit.");
    }

    public sealed class SlowApi() : KeyedApi(new() { ["PIE_REQUESTS_PER_SECOND"] = "2" });
}
