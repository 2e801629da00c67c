using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Access;
using PieService.Domain.Access;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Access;

/// <summary>Each asks until it is refused: sooner or later, but far sooner than the limit is filled up again.</summary>
public sealed class LimitTests(LimitTests.SlowApi api) : IClassFixture<LimitTests.SlowApi>
{
    private const int Patience = 2000;

    [Fact]
    public async Task A_key_that_asks_too_often_waits_and_the_other_keys_do_not()
    {
        using var reader = api.ClientOf(Role.Reader);
        using var admin = api.ClientOf(Role.Admin);

        using var refused = await UntilRefusedAsync(reader);

        Assert.True(refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/api/v1/system")).StatusCode);
    }

    [Fact]
    public async Task Health_is_told_as_often_as_it_is_asked_for()
    {
        for (var asked = 0; asked < 50; asked++) Assert.Equal(HttpStatusCode.OK, (await api.Client.GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task A_flood_of_wrong_keys_is_turned_away_without_asking_the_database_for_each()
    {
        // An application of its own: nobody else may be refused for these guesses.
        var flooded = new KeyedApi();
        await flooded.InitializeAsync();
        using var guesser = flooded.ClientOf(KeyText.New().Reveal());

        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => guesser.GetAsync("/api/v1/system")));

        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests, $"{answer}"));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.TooManyRequests && answer.Headers.RetryAfter is not null);
        await flooded.DisposeAsync();
    }

    [Fact]
    public async Task While_an_address_guesses_its_right_keys_are_not_looked_at_either_and_those_of_others_are()
    {
        using var keys = new KeyCheck(api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>());
        var right = KeyText.Parse(api.Key(Role.Reader));

        for (var guess = 0; (await keys.FindAsync(right, "10.0.0.1", CancellationToken.None)).Key is not null; guess++)
        {
            Assert.True(guess < Patience);
            for (var wrong = 0; wrong < 50; wrong++) await keys.FindAsync(null, "10.0.0.1", CancellationToken.None);
        }

        Assert.NotNull((await keys.FindAsync(right, "10.0.0.2", CancellationToken.None)).Key);
    }

    private static async Task<HttpResponseMessage> UntilRefusedAsync(HttpClient client)
    {
        for (var asked = 0; asked < Patience; asked++)
        {
            var response = await client.GetAsync("/api/v1/system");
            if (response.StatusCode == HttpStatusCode.TooManyRequests) return response;
            response.Dispose();
        }
        throw new InvalidOperationException("There is no limit.");
    }

    public sealed class SlowApi() : KeyedApi(new() { ["PIE_REQUESTS_PER_SECOND"] = "2" });
}
