using System.Text.RegularExpressions;
using Npgsql;
using PieService.Domain.Runs;
using PieService.TestSupport;

namespace PieService.Api.Tests.Deployment;

/// <summary>The queries by which KEDA counts the work for the workers of Kubernetes.</summary>
public sealed partial class KedaQueryTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("keda", ComputeDevice.Cpu)]
    [InlineData("keda-gpu", "cuda")]
    public async Task A_query_counts_what_a_device_may_train_and_what_its_workers_train(string component, string type)
    {
        var text = await File.ReadAllTextAsync(
            Path.Combine(
                ServiceProcess.RepositoryFolder, $"deploy/kubernetes/components/{component}/scaled-object.yaml"),
            TestContext.Current.CancellationToken);
        var query = Query().Match(text).Groups["query"].Value;

        // Five runs may be trained anywhere, two on a CPU and one on a GPU; worker lab-cuda trains one.
        await using var connection = new NpgsqlConnection(api.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(
            $"""
             CREATE TEMP TABLE ready_runs AS
                 SELECT unnest(ARRAY['any', 'any', 'any', 'any', 'any', 'cpu', 'cpu', 'cuda']) AS device_wish;
             CREATE TEMP TABLE workers AS SELECT * FROM (VALUES ('lab-cuda', 'cuda'), ('lab-cpu', 'cpu'))
                 AS one(id, device_type);
             CREATE TEMP TABLE runs AS SELECT * FROM (VALUES ('lab-cuda', 'running'), ('lab-cpu', 'queued'))
                 AS one(lease_owner, state);
             {query}
             """,
            connection, transaction);

        Assert.Equal(7L, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        // The tables and columns of the service have these names.
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        await using var real = new NpgsqlCommand(query, connection);
        Assert.Equal(0L, await real.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        Assert.Contains($"workers.device_type = '{type}'", query, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"query: >-\n(?<query>( {10}.*\n)+)")]
    private static partial Regex Query();
}
