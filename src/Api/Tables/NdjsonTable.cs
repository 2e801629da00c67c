using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using PieService.Domain;

namespace PieService.Api.Tables;

/// <summary>Writes each item of the JSON list as a line.</summary>
internal static class NdjsonTable
{
    private const int FlushBytes = 32 * 1024;

    public static async Task WriteAsync<TItem>(
        IAsyncEnumerable<TItem> rows, PipeWriter output, CancellationToken cancellation)
    {
        await using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = Json.Options.Encoder });
        var unsent = 0L;
        await foreach (var row in rows.WithCancellation(cancellation))
        {
            JsonSerializer.Serialize(json, row, Json.Options);
            unsent += json.BytesCommitted + 1;
            json.Reset();
            output.Write("\n"u8);
            if (unsent < FlushBytes) continue;
            await output.FlushAsync(cancellation);
            unsent = 0;
        }
        await output.FlushAsync(cancellation);
    }
}
