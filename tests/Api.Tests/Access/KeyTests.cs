using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Access;
using PieService.Domain.Access;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Access;

public sealed class KeyTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    private const string Somewhere = "/api/v1/system";

    [Fact]
    public async Task Without_a_key_the_response_states_how_to_send_and_how_to_create_one()
    {
        using var response = await api.Client.GetAsync(Somewhere);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", Assert.Single(response.Headers.WwwAuthenticate).ToString());
        var problem = await api.ProblemAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, Somewhere);
        Assert.Contains("./pie key add", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_prefix_a_wrong_secret_and_a_revoked_key_get_the_same_response()
    {
        var right = api.Key(Role.Admin);
        string[] wrong = [KeyText.New().Reveal(), right[..13] + new string('0', 64), api.Key(KeyedApi.Revoked),
            right + "0", right.ToUpperInvariant(), "hello"];

        var answers = new HashSet<string>();
        foreach (var key in wrong)
        {
            using var client = api.ClientOf(key);
            using var response = await client.GetAsync(Somewhere);
            var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
            problem.Remove("traceId");
            answers.Add($"{(int)response.StatusCode} {response.Headers.WwwAuthenticate} {problem.ToJsonString()}");
        }

        Assert.StartsWith("401 Bearer error=\"invalid_token\"", Assert.Single(answers), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Basic")]
    [InlineData("Basic ====")]
    [InlineData("Basic bm8tY29sb24=")]
    [InlineData("Negotiate abc")]
    [InlineData(",,,;\"")]
    public async Task Text_that_is_not_a_key_is_refused_like_a_wrong_key(string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Somewhere);
        request.Headers.TryAddWithoutValidation("Authorization", header);
        using var response = await api.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task The_password_of_a_browser_may_be_the_key()
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, Somewhere)
        { Headers = { Authorization = KeyedApi.Basic(api.Key(Role.Reader)) } };

        Assert.Equal(HttpStatusCode.OK, (await api.Client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task The_database_has_the_hash_of_a_secret_and_not_the_secret()
    {
        await using var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync();
        var row = await db.Database.SqlQuery<string>(
            $"SELECT row_to_json(api_keys)::text AS \"Value\" FROM api_keys WHERE name = 'Admin'").SingleAsync();

        var text = KeyText.Parse(api.Key(Role.Admin))!;
        Assert.Contains(Convert.ToHexStringLower(text.SecretHash), row, StringComparison.Ordinal);
        Assert.DoesNotContain(text.Reveal()[13..], row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_even_if_no_key_is_required()
    {
        var local = new ApiFixture();
        await local.InitializeAsync();
        using var request = new HttpRequestMessage(
            HttpMethod.Get, Somewhere)
        { Headers = { Authorization = new("Bearer", KeyText.New().Reveal()) } };

        Assert.Equal(HttpStatusCode.Unauthorized, (await local.Client.SendAsync(request)).StatusCode);
        await local.DisposeAsync();
    }

    [Fact]
    public async Task Responses_are_not_stored_by_caches()
    {
        using var client = api.ClientOf(Role.Reader);
        using var response = await client.GetAsync(Somewhere);

        Assert.True(response.Headers.CacheControl!.NoStore);
    }
}
