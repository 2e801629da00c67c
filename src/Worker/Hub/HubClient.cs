using System.Net;

namespace PieService.Worker.Hub;

/// <summary>
/// Reads the headers and the content of the hub's files. A request that fails for a transient reason is retried.
/// </summary>
public sealed class HubClient(HubRequests requests, TimeProvider time, TextWriter output)
{
    private const int HeadAttempts = 4, ContentAttempts = 5;

    /// <summary>
    /// The time in which a response must begin, and in which <see cref="MinBytes"/> of its content must arrive (1000
    /// bytes a second).
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const int MinBytes = 60_000;

    /// <returns>Null if the hub has no such file.</returns>
    /// <exception cref="HubException">The hub did not return whether it has the file.</exception>
    public async Task<HubFile?> FindAsync(Uri url)
    {
        for (var attempt = 1; ; attempt++)
        {
            string reason;
            try
            {
                var (status, file) = await HeadAsync(url);
                if (status == HttpStatusCode.NotFound) return null;
                if ((int)status is >= 200 and < 300) return file;
                reason = $"the hub returned status {(int)status}";
                if (!MayPass(status)) attempt = HeadAttempts;
            }
            catch (Exception broken) when (IsTransport(broken))
            {
                reason = broken.GetBaseException().Message;
            }
            if (attempt >= HeadAttempts) throw Unreadable($"{url} cannot be read", reason);
            await Task.Delay(TimeSpan.FromSeconds(1 << (attempt - 1)), time);
        }
    }

    /// <summary>Downloads a file, or the rest of it if its beginning exists. The content is not verified.</summary>
    /// <exception cref="HubException">The download failed; the part that arrived stays in the file.</exception>
    public async Task DownloadAsync(Uri url, string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            await output.WriteLineAsync(url.ToString());
            try
            {
                await ContinueAsync(url, path);
                return;
            }
            catch (Exception broken) when (IsTransport(broken))
            {
                if (attempt == ContentAttempts)
                    throw Unreadable($"{url} cannot be read to its end", broken.GetBaseException().Message);
            }
            await Task.Delay(TimeSpan.FromSeconds(attempt), time);
        }
    }

    private async Task<(HttpStatusCode Status, HubFile File)> HeadAsync(Uri url)
    {
        string? commit = null, linkedTag = null, tag = null;
        using var limit = new CancellationTokenSource(Patience, time);
        using var response = await requests.SendAsync(HttpMethod.Head, url, from: 0, limit.Token, answer =>
        {
            commit = Header(answer, "X-Repo-Commit") ?? commit;
            linkedTag = Header(answer, "X-Linked-ETag") ?? linkedTag;
            tag = Header(answer, "ETag") ?? tag;
        });
        // For a large file the hub redirects to its storage. The hub states the checksum; the storage has another ETag.
        return (response.StatusCode, new HubFile(url, commit, HubChecksum.Parse(linkedTag ?? tag)));
    }

    private async Task ContinueAsync(Uri url, string path)
    {
        await using var file = new FileStream(
            path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        using var limit = new CancellationTokenSource(Patience, time);
        using var response = await requests.SendAsync(HttpMethod.Get, url, from: file.Length, limit.Token);
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent when response.Content.Headers.ContentRange?.From == file.Length:
                file.Seek(0, SeekOrigin.End);
                break;
            case HttpStatusCode.OK:
                file.SetLength(0);
                break;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                // The file on this machine is not a beginning of the hub's file.
                file.SetLength(0);
                throw new IOException("the hub did not send the rest of the file");
            default:
                throw new IOException($"the server returned status {(int)response.StatusCode}");
        }
        await using var content = await response.Content.ReadAsStreamAsync(limit.Token);
        var buffer = new byte[1 << 16];
        var received = 0;
        while (await content.ReadAsync(buffer, limit.Token) is > 0 and var read)
        {
            await file.WriteAsync(buffer.AsMemory(0, read), limit.Token);
            received += read;
            if (received < MinBytes) continue;
            received = 0;
            limit.CancelAfter(Patience);
        }
    }

    private static HubException Unreadable(string what, string reason) =>
        new($"{what} at the moment ({reason}). The same command continues where this one stopped.");

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private static bool IsTransport(Exception broken) =>
        broken is HttpRequestException or IOException or OperationCanceledException;

    /// <summary>Statuses that a server sends while it is busy or restarts.</summary>
    private static bool MayPass(HttpStatusCode status) => (int)status is 408 or 429 or 500 or 502 or 503 or 504;
}
