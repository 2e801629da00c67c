using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace PieService.Hosting;

/// <summary>One record of the log, as text or as JSON. Both are functions of the record only.</summary>
/// <param name="Run">The run that the record is about; null if it is about none.</param>
/// <param name="Sweep">The sweep that the record is about.</param>
/// <param name="Trace">The trace of OpenTelemetry to which the record belongs, 32 hexadecimal digits.</param>
/// <param name="Fields">The values of the message's placeholders.</param>
/// <param name="Exception">The text of the exception; null if there is none.</param>
public sealed record LogLine(
    DateTimeOffset Time, LogLevel Level, string Category, int Event, string Message, string? Run = null,
    string? Sweep = null, string? Trace = null, string? Span = null,
    IReadOnlyList<KeyValuePair<string, object?>>? Fields = null, string? Exception = null)
{
    private const string ProjectPrefix = "PieService.", TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    // The text is written to a log and not to a page.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Time, level, category and ids in this order, separated by single spaces, then the message. Further lines of the
    /// message and of the exception are indented, so that every line that begins with a time is the start of a record,
    /// whatever a client sent.
    /// </summary>
    public string ToText()
    {
        var text = new StringBuilder(256);
        text.Append(Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)).Append(' ')
            .Append(NameOf(Level)).Append(' ')
            .Append(Category.StartsWith(ProjectPrefix, StringComparison.Ordinal)
                ? Category[ProjectPrefix.Length..] : Category);
        Append("run", Run);
        Append("sweep", Sweep);
        Append("trace", Trace);
        text.Append(' ').Append(Indented(Message));
        if (Exception is not null) text.Append("\n    ").Append(Indented(Exception));
        return text.Append('\n').ToString();

        void Append(string name, string? value)
        {
            if (value is not null) text.Append(' ').Append(name).Append('=').Append(value);
        }
    }

    /// <summary>One JSON object in one line; values that are absent are left out.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
            json.WriteString("level", NameOf(Level));
            json.WriteString("category", Category);
            if (Event != 0) json.WriteNumber("event", Event);
            json.WriteString("message", Message);
            Write("run", Run);
            Write("sweep", Sweep);
            Write("trace", Trace);
            Write("span", Span);
            WriteFields(json);
            Write("exception", Exception);
            json.WriteEndObject();

            void Write(string name, string? value)
            {
                if (value is not null) json.WriteString(name, value);
            }
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private void WriteFields(Utf8JsonWriter json)
    {
        if (Fields is not { Count: > 0 }) return;
        json.WriteStartObject("fields");
        foreach (var (name, value) in Fields)
        {
            switch (value)
            {
                case null: json.WriteNull(name); break;
                case bool flag: json.WriteBoolean(name, flag); break;
                case int number: json.WriteNumber(name, number); break;
                case long number: json.WriteNumber(name, number); break;
                case decimal number: json.WriteNumber(name, number); break;
                case double number when double.IsFinite(number): json.WriteNumber(name, number); break;
                default: json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture)); break;
            }
        }
        json.WriteEndObject();
    }

    private static string Indented(string text) => text.ReplaceLineEndings("\n    ");

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "critical",
    };
}
