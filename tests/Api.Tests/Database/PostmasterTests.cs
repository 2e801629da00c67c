using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PieService.Api.Database;
using PieService.TestSupport;

namespace PieService.Api.Tests.Database;

public sealed class PostmasterTests : IDisposable
{
    private static readonly byte[] Refusal =
        Encoding.ASCII.GetBytes("SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pie-postmaster-");
    private int refused;

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>The server of this test refuses every connection, as during the recovery from a crash.</summary>
    [Fact]
    public async Task A_server_that_is_starting_up_is_waited_for_while_its_process_lives()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        using var process = Process.Start(
            new ProcessStartInfo("sh", ["-c", "read line", folder.FullName]) { RedirectStandardInput = true })!;
        await File.WriteAllLinesAsync(
            Path.Combine(folder.FullName, "postmaster.pid"), [$"{process.Id}", "", "", $"{port}"]);
        var postmaster = new Postmaster(
            folder.FullName, PostgresBinaries.Find(Environment.GetEnvironmentVariable(PostgresBinaries.Setting)),
            durable: false, NullLogger.Instance)
        {
            AnswersWithin = TimeSpan.Zero,
        };
        Assert.Equal(port, postmaster.Adopt());
        var refusing = RefuseAsync(server);

        var answers = postmaster.AnswersAsync(
            new NpgsqlConnectionStringBuilder
            {
                Host = "127.0.0.1",
                Port = port,
                Username = "pie",
                Pooling = false,
                SslMode = SslMode.Disable,
                GssEncryptionMode = GssEncryptionMode.Disable,
            },
            CancellationToken.None);

        await Until.HoldsAsync(() => Task.FromResult(answers.IsCompleted || Volatile.Read(ref refused) > 3));
        Assert.False(answers.IsCompleted);
        process.StandardInput.Close();
        Assert.False(await answers);
        server.Stop();
        await refusing;
    }

    private async Task RefuseAsync(TcpListener server)
    {
        try
        {
            while (true)
            {
                using var client = await server.AcceptTcpClientAsync();
                var stream = client.GetStream();
                // The length of the startup message, and the rest of it.
                var length = new byte[4];
                await stream.ReadExactlyAsync(length);
                await stream.ReadExactlyAsync(new byte[(length[2] << 8) + length[3] - 4]);
                var size = Refusal.Length + 4;
                await stream.WriteAsync((byte[])[(byte)'E', 0, 0, (byte)(size >> 8), (byte)size, .. Refusal]);
                Interlocked.Increment(ref refused);
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }
}
