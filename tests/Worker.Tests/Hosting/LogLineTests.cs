using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PieService.Hosting;

namespace PieService.Worker.Tests.Hosting;

public partial class LogLineTests
{
    private static readonly Guid Run = new("0193a000-0000-7000-8000-000000000001");
    private static readonly Guid Sweep = new("0193a000-0000-7000-8000-000000000002");
    private static readonly DateTimeOffset Time = new(2026, 11, 29, 23, 7, 1, 123, TimeSpan.FromHours(2));

    [Fact]
    public void A_line_of_text_has_the_time_in_UTC_the_level_and_the_ids() => Assert.Equal(
        "2026-11-29T21:07:01.123Z info Worker.Supervision run=r sweep=s trace=t Run r succeeded\n",
        new LogLine(
            Time, LogLevel.Information, "PieService.Worker.Supervision", 11, "Run r succeeded", "r", "s", "t")
            .ToText());

    [Fact]
    public void Only_the_first_line_of_a_record_begins_with_a_time() => Assert.Equal(
        "2026-11-29T21:07:01.123Z error Npgsql one\n    two\n    boom\n    at A\n",
        new LogLine(Time, LogLevel.Error, "Npgsql", 0, "one\r\ntwo", Exception: "boom\nat A").ToText());

    [Fact]
    public void A_line_of_JSON_has_the_fields_of_the_message()
    {
        var line = new LogLine(
            Time, LogLevel.Warning, "A", 7, "3 of \"x\"\n", "r", null, null, null,
            [new("Count", 3), new("Name", "x"), new("Missing", null)]).ToJson();

        Assert.Equal('\n', line[^1]);
        Assert.DoesNotContain('\n', line[..^1]);
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse(
                    """
                    {"time": "2026-11-29T21:07:01.123Z", "level": "warn", "category": "A", "event": 7,
                     "message": "3 of \"x\"\n", "run": "r", "fields": {"Count": 3, "Name": "x", "Missing": null}}
                    """),
                JsonNode.Parse(line)),
            line);
    }

    [Fact]
    public void Ids_come_from_the_innermost_scope_and_the_message()
    {
        var (factory, output) = Logger();
        using (factory)
        {
            var logger = factory.CreateLogger("A");
            using (logger.BeginIds(Run, Sweep, "4bf92f3577b34da6a3ce929d0e0e4736"))
            {
                Say(logger, "inside");
                using (logger.BeginIds(null, Guid.Empty, null)) Say(logger, "deeper");
            }
            Say(logger, "outside");
        }

        Assert.Equal(
            [
                $"2026-11-29T21:07:01.123Z info A run={Run} sweep={Sweep} trace=4bf92f3577b34da6a3ce929d0e0e4736 "
                    + "inside",
                $"2026-11-29T21:07:01.123Z info A run={Run} sweep={Guid.Empty} trace=4bf92f3577b34da6a3ce929d0e0e4736 "
                    + "deeper",
                "2026-11-29T21:07:01.123Z info A outside",
            ],
            output.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public void The_trace_is_that_of_the_current_activity()
    {
        var (factory, output) = Logger();
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        using (factory) Say(factory.CreateLogger("A"), "traced");

        Assert.Contains($"trace={activity.TraceId.ToHexString()} traced", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_format_is_refused_with_the_values()
    {
        var refused = Assert.Throws<FormatException>(
            () => LoggerFactory.Create(logging => logging.AddLines("xml")).Dispose());
        Assert.Equal("The setting PIE_LOG_FORMAT is 'xml'; it must be text or json.", refused.Message);
    }

    [LoggerMessage(LogLevel.Information, "{Text}")]
    private static partial void Say(ILogger logger, string text);

    /// <summary>A logger whose records are formatted when they are written, as those of the console.</summary>
    private static (ILoggerFactory Factory, StringWriter Output) Logger()
    {
        var output = new StringWriter();
        var formatter = new LogLineFormatter(Options.Create(new LogLineOptions()), new FakeTimeProvider(Time));
        return (LoggerFactory.Create(logging => logging.Services.AddSingleton<ILoggerProvider>(
            new Formatted(formatter, output))), output);
    }

    private sealed class Formatted(ConsoleFormatter formatter, TextWriter output)
        : ILoggerProvider, ISupportExternalScope
    {
        private IExternalScopeProvider? scopes;

        public ILogger CreateLogger(string categoryName) => new One(categoryName, this);

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

        public void Dispose() { }

        private sealed class One(string category, Formatted owner) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception,
                Func<TState, Exception?, string> formatter) =>
                owner.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter));
        }

        private void Write<TState>(LogEntry<TState> entry) => formatter.Write(entry, scopes, output);
    }
}
