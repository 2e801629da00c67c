namespace PieService.Api.Tables;

/// <summary>
/// A response body that reports a client which has stopped reading. The server's own limit is for the mean rate of a
/// response, so that a client which has read megabytes may then stop for hours.
/// </summary>
/// <param name="patience">The longest time in which the body takes <see cref="Piece"/> bytes.</param>
/// <param name="stalled">Called when a write has taken longer. It must end the write.</param>
internal sealed class WatchedStream(Stream body, TimeSpan patience, Action stalled) : ForwardStream(body)
{
    public const int Piece = 64 * 1024;

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        WatchAsync(new ValueTask(base.FlushAsync(cancellationToken))).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (; buffer.Length > Piece; buffer = buffer[Piece..])
            await WatchAsync(base.WriteAsync(buffer[..Piece], cancellationToken));
        await WatchAsync(base.WriteAsync(buffer, cancellationToken));
    }

    private async ValueTask WatchAsync(ValueTask write)
    {
        // Most writes are complete at once.
        await using var timer = write.IsCompleted
            ? null : new Timer(_ => stalled(), null, patience, Timeout.InfiniteTimeSpan);
        await write;
    }
}
