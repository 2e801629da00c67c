using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace PieService.Hosting;

public static class LogSetup
{
    public const string FormatSetting = "PIE_LOG_FORMAT";

    /// <summary>Writes the log to the console as lines with time, level and ids.</summary>
    /// <param name="format">The value of PIE_LOG_FORMAT: text, which is the default, or json.</param>
    /// <exception cref="FormatException">The value is neither.</exception>
    public static ILoggingBuilder AddLines(this ILoggingBuilder logging, string? format)
    {
        var isJson = format switch
        {
            null or "" or "text" => false,
            "json" => true,
            _ => throw new FormatException($"The setting {FormatSetting} is '{format}'; it must be text or json."),
        };
        logging.Services.TryAddSingleton(TimeProvider.System);
        logging.Services.Configure<LogLineOptions>(options => options.IsJson = isJson);
        logging.Services.AddSingleton<Microsoft.Extensions.Logging.Console.ConsoleFormatter, LogLineFormatter>();
        return logging.AddConsole(console => console.FormatterName = LogLineFormatter.Name);
    }
}
