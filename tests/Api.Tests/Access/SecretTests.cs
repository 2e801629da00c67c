using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using PieService.Api.Access;
using PieService.Domain.Access;
using PieService.TestDatabases;

namespace PieService.Api.Tests.Access;

public sealed class SecretTests(SecretTests.TalkativeApi api) : IClassFixture<SecretTests.TalkativeApi>
{
    [Fact]
    public async Task Neither_the_log_nor_a_response_contains_a_key_or_the_database_password_whatever_fails()
    {
        var (right, wrong) = (api.Key(Role.Admin), KeyText.New().Reveal());
        string[] paths = ["/api/v1/system", "/api/v1/sweeps?pageSize=0", "/api/v1/nothing", "/hangfire",
            "/health/ready"];
        await AskAsync(paths, right, wrong);
        await using (var admin = new NpgsqlConnection(await TestCluster.AdministratorAsync()))
        {
            await admin.OpenAsync();
            await using var drop = new NpgsqlCommand(
                $"DROP DATABASE {new NpgsqlConnectionStringBuilder(api.ConnectionString).Database} WITH (FORCE)",
                admin);
            await drop.ExecuteNonQueryAsync();
        }
        var statuses = await AskAsync(paths, right, wrong);

        Assert.Contains(statuses, status => status >= HttpStatusCode.InternalServerError);
        var said = api.Said.ToString();
        Assert.Contains("Request starting", said, StringComparison.Ordinal);
        Assert.Contains(
            new NpgsqlConnectionStringBuilder(api.ConnectionString).Database!, said, StringComparison.Ordinal);
        var password = new NpgsqlConnectionStringBuilder(api.ConnectionString).Password;
        foreach (var secret in new[] { right[13..], wrong[13..], password }.OfType<string>())
            Assert.DoesNotContain(secret, said, StringComparison.Ordinal);
    }

    private async Task<List<HttpStatusCode>> AskAsync(string[] paths, params string[] keys)
    {
        var statuses = new List<HttpStatusCode>();
        foreach (var key in keys)
        {
            foreach (var path in paths)
            {
                foreach (var header in new[] { new("Bearer", key), KeyedApi.Basic(key) })
                {
                    using var request = new HttpRequestMessage(
                        HttpMethod.Get, path)
                    { Headers = { Authorization = header } };
                    using var response = await api.Client.SendAsync(request);
                    statuses.Add(response.StatusCode);
                    api.Said.Append(await response.Content.ReadAsStringAsync());
                }
            }
            using var change = new HttpRequestMessage(
                HttpMethod.Delete, $"/api/v1/sweeps/{Guid.Empty}")
            { Headers = { Authorization = new("Bearer", key) } };
            using var changed = await api.Client.SendAsync(change);
            api.Said.Append(await changed.Content.ReadAsStringAsync());
        }
        return statuses;
    }

    /// <summary>Enables all log messages.</summary>
    public sealed class TalkativeApi : KeyedApi
    {
        public Listener Said { get; } = new();

        protected override void ConfigureServices(IServiceCollection services)
        {
            services.AddLogging(logging => logging.AddProvider(Said).SetMinimumLevel(LogLevel.Trace));
            services.Configure<LoggerFilterOptions>(options =>
            {
                options.Rules.Clear();
                options.MinLevel = LogLevel.Trace;
            });
        }
    }

    public sealed class Listener : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> lines = [];

        public void Append(string text) => lines.Enqueue(text);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull
        {
            lines.Enqueue($"{state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{formatter(state, exception)} {exception}");

        public override string ToString() => new StringBuilder().AppendJoin('\n', lines).ToString();

        public void Dispose()
        {
        }
    }
}
