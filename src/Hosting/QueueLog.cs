using Hangfire.AspNetCore;
using Hangfire.Logging;
using LogLevel = Hangfire.Logging.LogLevel;

namespace PieService.Hosting;

/// <summary>
/// Writes Hangfire's messages to the log of this host while the host lives. Hangfire has one log provider for the whole
/// process and keeps its loggers in static fields. A message does not name its host, so all hosts of the process that
/// live at that moment receive it. The container creates this object after the logger factory and therefore disposes
/// of it first, so that no message reaches a disposed factory.
/// </summary>
internal sealed class QueueLog : IDisposable
{
    // The lock is held while a factory is used, so a factory in this list is not disposed of meanwhile.
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
