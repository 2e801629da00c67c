using System.Collections.Concurrent;
using Hangfire;
using Hangfire.Common;
using Hangfire.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace PieService.Api.Tests.Dispatch;

/// <summary>
/// Hangfire has settings that belong to the process; hosts that share a process do not affect each other.
/// </summary>
public sealed class SeveralHostsTests
{
    [Fact]
    public async Task Hangfires_messages_reach_a_host_also_after_another_one_has_started_and_ended()
    {
        await using var host = await ListeningApi.OpenAsync();
        var gone = await ListeningApi.OpenAsync();
        var loggerFromThen = LogProvider.GetLogger("Hangfire.Then");
        await gone.DisposeAsync();
        var heardByTheGone = gone.Heard.Count;

        // Both the loggers that are created now, such as those of a server, and those that Hangfire keeps in static
        // fields.
        var storage = host.Services.GetRequiredService<JobStorage>();
        using (new BackgroundJobServer(new BackgroundJobServerOptions
        {
            Queues = ["nobody's"],
            WorkerCount = 1,
        }, storage))
            loggerFromThen.Info("a logger from then");

        Assert.Contains(host.Heard, said => said.StartsWith("Starting Hangfire Server", StringComparison.Ordinal));
        Assert.Contains("a logger from then", host.Heard);
        Assert.Equal(heardByTheGone, gone.Heard.Count);
    }

    [Fact]
    public async Task Nothing_of_a_host_is_in_Hangfires_process_wide_settings()
    {
        await using var host = await ListeningApi.OpenAsync();

        Assert.Throws<InvalidOperationException>(() => JobStorage.Current);
        Assert.Equal(typeof(JobActivator), JobActivator.Current.GetType());
        Assert.Contains(
            GlobalJobFilters.Filters, filter => filter.Instance is AutomaticRetryAttribute { Attempts: > 0 });
        var filters = host.Services.GetRequiredService<IJobFilterProvider>();
        Assert.DoesNotContain(
            filters.GetFilters(null), filter => filter.Instance is AutomaticRetryAttribute { Attempts: > 0 });
    }

    private sealed class ListeningApi : ApiFixture, ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Heard { get; } = [];

        public static async Task<ListeningApi> OpenAsync()
        {
            var api = new ListeningApi();
            await api.InitializeAsync();
            return api;
        }

        protected override void ConfigureServices(IServiceCollection services) => services.AddLogging(logging => logging
            .AddProvider(this)
            .AddFilter<ListeningApi>(category: null, LogLevel.None)
            .AddFilter<ListeningApi>("Hangfire", LogLevel.Information));

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Heard.Enqueue(formatter(state, exception));

        /// <summary>By the host, of what is this fixture's besides; the fixture itself goes asynchronously.</summary>
        void IDisposable.Dispose()
        {
        }
    }
}
