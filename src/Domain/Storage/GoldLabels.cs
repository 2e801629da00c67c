using Microsoft.EntityFrameworkCore;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Storage;

/// <summary>Reads the gold labels of a split in packed form.</summary>
internal static class GoldLabels
{
    /// <summary>
    /// The gold labels of all examples: at most 1 bit for each example and class, or 2 bytes for each example.
    /// </summary>
    public static async Task<PackedLabels> ReadAsync(
        PieDbContext source, Split split, ComparedDataset dataset, CancellationToken cancellation)
    {
        var example = new byte[PackedLabels.BytesPerExample(dataset.Task, dataset.ClassCount)];
        using var packed = new MemoryStream();
        var rows = source.Examples.Where(row => row.DatasetId == dataset.Id && row.Split == split)
            .OrderBy(row => row.Position).Select(row => row.Labels).AsAsyncEnumerable();
        await foreach (var labels in rows.WithCancellation(cancellation))
        {
            PackedLabels.Pack(dataset.Task, dataset.ClassCount, labels, example);
            packed.Write(example);
        }
        return new PackedLabels(dataset.Task, dataset.ClassCount, packed.ToArray());
    }
}
