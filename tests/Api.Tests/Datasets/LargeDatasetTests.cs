using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace PieService.Api.Tests.Datasets;

/// <summary>Runs alone, because it measures the memory of the process.</summary>
[CollectionDefinition(nameof(LargeDatasetTests), DisableParallelization = true)]
[Collection(nameof(LargeDatasetTests))]
public sealed class LargeDatasetTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    private const int Rows = 200_000;

    [Fact]
    public async Task Memory_is_bounded_whatever_the_size_of_the_file()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(
                """{ "name": "large", "task": "singleLabel", "format": "csv", "columns": { "text": "text", "label": "label" }, "split": { "test": 0.2 } }"""), "definition" },
            { new GeneratedRows(), "file", "large.csv" },
        };
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var done = new CancellationTokenSource();
        var peak = PeakAsync(done.Token);

        var answer = await api.Client.PostAsync("/api/v1/datasets", form);
        await done.CancelAsync();

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var splits = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["splits"]!;
        Assert.Equal(
            (160_000, 40_000),
            (splits["train"]!["examples"]!.GetValue<int>(), splits["test"]!["examples"]!.GetValue<int>()));
        Assert.Equal((long)Rows, await api.AskAsync<long>("SELECT count(*) FROM examples"));
        // 60 MB of text are imported. What may remain is a few bytes for each row (6, and lists double) and blocks of
        // 64 KiB.
        // The difference may be negative: garbage of earlier tests is collected in the meantime.
        var growth = await peak - before;
        Assert.True(growth <= 16 * 1024 * 1024, $"{growth} bytes more than before were alive at one time.");
    }

    /// <summary>The peak of live memory, without garbage that the collector has not visited yet.</summary>
    private static async Task<long> PeakAsync(CancellationToken done)
    {
        var peak = 0L;
        while (!done.IsCancellationRequested)
        {
            var look = Stopwatch.StartNew();
            peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true));
            // A collection stops all threads, the longer the more live objects earlier tests have left.
            await Task.Delay((4 * look.Elapsed) + TimeSpan.FromMilliseconds(100), CancellationToken.None);
        }
        return peak;
    }

    private sealed class GeneratedRows : HttpContent
    {
        private static readonly string Words = string.Concat(Enumerable.Repeat("words of a review, ", 14)).Trim();

        public GeneratedRows() => Headers.ContentType = new MediaTypeHeaderValue("text/csv");

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("label,text\n"u8.ToArray());
            foreach (var rows in Enumerable.Range(0, Rows).Chunk(100))
                await stream.WriteAsync(
                    Encoding.UTF8.GetBytes(
                        string.Concat(rows.Select(row => $"{(row % 2 == 0 ? "pos" : "neg")},\"{row} {Words}\"\n"))));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
