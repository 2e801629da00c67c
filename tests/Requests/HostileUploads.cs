using System.Globalization;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using PieService.TestDatabases;

namespace PieService.Requests;

/// <summary>
/// Hostile uploads to a real process are refused with instructions, take little memory, and leave no trace.
/// </summary>
public sealed class HostileUploads(HostileUploads.Service service) : IClassFixture<HostileUploads.Service>
{
    private const int Mebi = 1024 * 1024;

    /// <summary>
    /// A record of at most 2 MiB characters is held, in UTF-16 and while its buffer doubles: some 16 MiB, beside memory
    /// that the garbage collector has not freed yet. A whole file would take 100 MB as bytes, and twice that as text.
    /// </summary>
    private const int AllowedGrowthMiB = 96;

    private const string Head = "--x\r\nContent-Disposition: form-data; name=\"definition\"\r\n\r\n"
        + """{"name":"x","task":"singleLabel","format":"csv","columns":{"text":"text","label":"label"},"split":{"test":0.5}}"""
        + "\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\n\r\n";

    [Fact]
    public async Task A_line_of_a_hundred_megabytes_is_refused_with_the_setting_of_the_limit()
    {
        var problem = await RefusedAsync(422, Repeat("text,label\nx"u8.ToArray(), (byte)'x', 100_000_000));

        Assert.Contains("PIE_DATASET_RECORD_KIB", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_small_file_that_unpacks_to_a_large_one_is_refused_with_the_setting_of_the_limit()
    {
        // The ratio is 1000:1; the setting of this service allows 64 MiB.
        using var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var rows = Encoding.ASCII.GetBytes(
                string.Concat(Enumerable.Repeat("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,yes\n", 20_000)));
            await gzip.WriteAsync("text,label\n"u8.ToArray());
            for (var i = 0; i < 200; i++) await gzip.WriteAsync(rows);
        }
        var small = bomb.ToArray();
        Assert.InRange(small.Length, 0, 2 * Mebi);

        var problem = await RefusedAsync(422, Once(small));

        Assert.Contains("PIE_DATASET_FILE_MIB", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_disconnects_during_an_upload_leaves_no_file()
    {
        for (var i = 0; i < 20; i++)
        {
            using var client = await ConnectAsync();
            await client.GetStream()
                .WriteAsync(Encoding.ASCII.GetBytes(Request(1_000_000_000) + Head + new string('x', 300_000)));
            await service.Fixture.UntilAsync("the upload has begun", () => Task.FromResult(Files().Count > 0));
        }

        await service.Fixture.UntilAsync("no file is left", () => Task.FromResult(service.Books.Uploads().Count == 0));
    }

    [Fact]
    public async Task A_client_that_stops_sending_is_disconnected_and_does_not_delay_other_clients()
    {
        // The server requires 240 bytes per second, from the fifth second on (Kestrel's MinRequestBodyDataRate).
        var slow = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            var client = await ConnectAsync();
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Request(1_000_000_000) + Head));
            return client;
        }));

        await service.Fixture.UploadAsync();

        foreach (var client in slow)
        {
            Assert.Contains(
                "408", await new StreamReader(client.GetStream()).ReadLineAsync(), StringComparison.Ordinal);
            client.Dispose();
        }
        await service.Fixture.UntilAsync("no file is left", () => Task.FromResult(service.Books.Uploads().Count == 0));
    }

    private async Task<JsonObject> RefusedAsync(int status, Func<Stream, Task> send)
    {
        var rows = await service.Books.AskAsync("SELECT count(*) FROM datasets");
        var before = service.Books.ResidentMiB();
        using var done = new CancellationTokenSource();
        var peak = PeakAsync(done.Token);
        using var client = await ConnectAsync();
        var stream = client.GetStream();
        // The length is not known in advance, so the body is sent in chunks.
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Request(length: null)));
        await ChunkAsync(stream, Encoding.ASCII.GetBytes(Head));
        await send(stream);
        await ChunkAsync(stream, "\r\n--x--\r\n"u8.ToArray());
        await stream.WriteAsync("0\r\n\r\n"u8.ToArray());
        using var received = new MemoryStream();
        await stream.CopyToAsync(received);
        await done.CancelAsync();

        var answer = Answer.Parse(received.ToArray())!;
        Assert.Equal((status, "application/problem+json"), (answer.Status, answer.MediaType));
        Assert.InRange(await peak - before, 0, AllowedGrowthMiB);
        Assert.Equal(rows, await service.Books.AskAsync("SELECT count(*) FROM datasets"));
        Assert.Empty(service.Books.Uploads());
        return JsonNode.Parse(answer.Body)!.AsObject();
    }

    private async Task<long> PeakAsync(CancellationToken done)
    {
        var peak = 0L;
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!done.IsCancellationRequested)
        {
            peak = Math.Max(peak, service.Books.ResidentMiB());
            await look.WaitForNextTickAsync(CancellationToken.None);
        }
        return peak;
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(service.Fixture.Client.BaseAddress!.Host, service.Fixture.Client.BaseAddress.Port);
        return client;
    }

    private List<string> Files() =>
        [.. service.Books.Uploads()
            .SelectMany(folder => Directory.Exists(folder) ? Directory.GetFiles(folder, "part-*") : [])];

    private static string Request(long? length) =>
        "POST /api/v1/datasets HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: multipart/form-data; "
        + "boundary=x\r\n"
            + (length is null ? "Transfer-Encoding: chunked\r\n\r\n" : $"Content-Length: {length}\r\n\r\n");

    private static Func<Stream, Task> Once(byte[] content) => stream => ChunkAsync(stream, content);

    private static Func<Stream, Task> Repeat(byte[] first, byte then, int times) => async stream =>
    {
        await ChunkAsync(stream, first);
        var block = new byte[Mebi];
        Array.Fill(block, then);
        for (var left = times; left > 0; left -= block.Length)
            await ChunkAsync(stream, block[..Math.Min(left, block.Length)]);
    };

    private static async Task ChunkAsync(Stream stream, byte[] content)
    {
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(content.Length.ToString("X", CultureInfo.InvariantCulture) + "\r\n"));
        await stream.WriteAsync(content);
        await stream.WriteAsync("\r\n"u8.ToArray());
    }

    /// <summary>A service with small limits, so that small files exceed them.</summary>
    public sealed class Service : IAsyncLifetime
    {
        public ServiceFixture Fixture { get; private set; } = null!;

        public Books Books => new(Fixture);

        public async ValueTask InitializeAsync()
        {
            Fixture = await ServiceFixture.OpenAsync(("PIE_DATASET_FILE_MIB", "64"));
            // The code of an upload is loaded and compiled before memory is measured.
            await Fixture.UploadAsync();
        }

        public ValueTask DisposeAsync() => Fixture.DisposeAsync();
    }
}
