using Hangfire.AspNetCore;
using Hangfire.Logging;
using LogLevel = Hangfire.Logging.LogLevel;

namespace PieService.Queue;

/// <summary>
/// Leads what Hangfire logs to this host, from its start to its end. Hangfire has one log provider for the whole process,
/// and keeps loggers in static fields: they lead to all hosts that live at the moment of the message, since it does not
/// say whose it is. The container creates this after the logger factory, and so disposes of it before.
/// </summary>
internal sealed class QueueLog : IDisposable
{
    // Held while a host's factory is used: a factory that is in here has not been disposed of, nor is it meanwhile.
    private static readonly List<AspNetCoreLogProvider> Hosts = [];

    private readonly AspNetCoreLogProvider host;

    static QueueLog() => LogProvider.SetCurrentLogProvider(new ToAllHosts());

    public QueueLog(Microsoft.Extensions.Logging.ILoggerFactory loggers)
    {
        host = new AspNetCoreLogProvider(loggers);
        lock (Hosts) Hosts.Add(host);
    }

    public void Dispose()
    {
        lock (Hosts) Hosts.Remove(host);
    }

    private sealed class ToAllHosts : ILogProvider
    {
        public ILog GetLogger(string name) => new Log(name);
    }

    private sealed class Log(string name) : ILog
    {
        bool ILog.Log(LogLevel level, Func<string>? message, Exception? exception)
        {
            lock (Hosts)
            {
                var isLogged = false;
                foreach (var one in Hosts) isLogged |= one.GetLogger(name).Log(level, message, exception);
                return isLogged;
            }
        }
    }
}
