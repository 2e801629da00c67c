using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PieService.Api.Tests.Access;
using PieService.Domain.Access;

namespace PieService.Api.Tests.Http;

/// <summary>The level at which each request is logged.</summary>
public sealed class RequestLogTests(RequestLogTests.RecordedApi api) : IClassFixture<RequestLogTests.RecordedApi>
{
    [Theory]
    [InlineData("DELETE", true, HttpStatusCode.NotFound, LogLevel.Information)]
    [InlineData("GET", true, HttpStatusCode.NotFound, LogLevel.Debug)]
    [InlineData("DELETE", false, HttpStatusCode.Unauthorized, LogLevel.Debug)]
    public async Task A_request_that_changes_something_is_logged_unless_it_is_refused_first(
        string method, bool hasKey, HttpStatusCode status, LogLevel level)
    {
        var path = $"/api/v1/sweeps/{Guid.NewGuid()}";
        using var client = api.NewClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (hasKey) request.Headers.Authorization = new("Bearer", api.Key(Role.Admin));
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, response.StatusCode);
        var (logged, text) = Assert.Single(
            api.Log.Lines, line => line.Text.Contains(path, StringComparison.Ordinal));
        Assert.Equal(level, logged);
        Assert.StartsWith($"{method} {path}: {(int)status} in ", text, StringComparison.Ordinal);
    }

    /// <summary>Records the log of requests at all levels.</summary>
    public sealed class RecordedApi : KeyedApi
    {
        public Recorder Log { get; } = new();

        protected override void ConfigureServices(IServiceCollection services) =>
            services.AddLogging(logging => logging.AddProvider(Log)
                .AddFilter("PieService.Api.Requests", LogLevel.Trace));
    }

    public sealed class Recorder : ILoggerProvider
    {
        public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) =>
            categoryName == "PieService.Api.Requests" ? new Lined(Lines) : new Lined([]);

        public void Dispose()
        {
        }

        private sealed class Lined(ConcurrentQueue<(LogLevel Level, string Text)> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception,
                Func<TState, Exception?, string> formatter) =>
                lines.Enqueue((logLevel, formatter(state, exception)));
        }
    }
}
