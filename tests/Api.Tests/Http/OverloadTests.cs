using System.Net;
using Npgsql;
using PieService.Api.Http;
using PieService.TestSupport;

namespace PieService.Api.Tests.Http;

/// <summary>The service under more requests than it can process; a locked table makes them wait.</summary>
public sealed class OverloadTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const int TooMany = 5;

    [Fact]
    public async Task Requests_beyond_the_limit_are_refused_at_once_and_the_others_are_answered()
    {
        var limits = RequestsInProgress.Limits(Environment.ProcessorCount);
        var accepted = limits.PermitLimit + limits.QueueLimit;
        await using var connection = new NpgsqlConnection(api.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("LOCK TABLE datasets", connection, transaction))
            await command.ExecuteNonQueryAsync();

        var requests = Enumerable.Range(0, accepted + TooMany)
            .Select(_ => api.Client.GetAsync("/api/v1/datasets")).ToList();
        await Until.HoldsAsync(() => Task.FromResult(requests.Count(request => request.IsCompleted) == TooMany));
        using (var refused = await await Task.WhenAny(requests))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        }
        foreach (var probe in (string[])["/health/live", "/health/ready"])
        {
            using var response = await api.Client.GetAsync(probe);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        await transaction.RollbackAsync();

        var statuses = (await Task.WhenAll(requests)).CountBy(response => response.StatusCode).ToDictionary();
        Assert.Equal((accepted, TooMany), (statuses[HttpStatusCode.OK], statuses[HttpStatusCode.ServiceUnavailable]));
    }
}
