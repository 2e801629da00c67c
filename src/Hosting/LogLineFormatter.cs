using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace PieService.Hosting;

/// <summary>
/// Makes a <see cref="LogLine"/> of each record: the ids come from the placeholders of its message, else from the
/// innermost scope that has them, and the trace from the current activity, else from a scope.
/// </summary>
public sealed class LogLineFormatter(IOptions<LogLineOptions> options, TimeProvider time) : ConsoleFormatter(Name)
{
    public new const string Name = "pie";

    private const string Template = "{OriginalFormat}";

    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (string.IsNullOrEmpty(message) && logEntry.Exception is null) return;
        var ids = new Ids();
        scopeProvider?.ForEachScope(static (scope, found) => found.Take(scope), ids);
        ids.Take(logEntry.State);
        var activity = Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current : null;
        var line = new LogLine(
            time.GetUtcNow(), logEntry.LogLevel, logEntry.Category, logEntry.EventId.Id, message ?? "", ids.Run,
            ids.Sweep, activity?.TraceId.ToHexString() ?? ids.Trace, activity?.SpanId.ToHexString(),
            FieldsOf(logEntry.State), logEntry.Exception?.ToString());
        textWriter.Write(options.Value.IsJson ? line.ToJson() : line.ToText());
    }

    private static List<KeyValuePair<string, object?>>? FieldsOf(object? state) =>
        state is IReadOnlyList<KeyValuePair<string, object?>> values
            ? [.. values.Where(value => value.Key != Template)] : null;

    private sealed class Ids
    {
        public string? Run { get; private set; }

        public string? Sweep { get; private set; }

        public string? Trace { get; private set; }

        public void Take(object? values)
        {
            if (values is not IEnumerable<KeyValuePair<string, object?>> pairs) return;
            foreach (var (name, value) in pairs)
            {
                switch (name)
                {
                    case LogScope.Run: Run = Text(value); break;
                    case LogScope.Sweep: Sweep = Text(value); break;
                    case LogScope.Trace: Trace = Text(value); break;
                }
            }
        }

        private static string? Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture);
    }
}

public sealed class LogLineOptions
{
    public bool IsJson { get; set; }
}
