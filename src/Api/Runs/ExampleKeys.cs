using Microsoft.EntityFrameworkCore;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Storage;

namespace PieService.Api.Runs;

/// <summary>
/// The ids, the ids in the source and the gold labels of consecutive examples of a split, packed: a split may have
/// millions of examples.
/// </summary>
internal sealed class ExampleKeys
{
    private readonly List<Guid> ids;
    private readonly PackedTexts sourceIds;

    private ExampleKeys(int first, List<Guid> ids, PackedTexts sourceIds, PackedLabels gold) =>
        (First, this.ids, this.sourceIds, Gold) = (first, ids, sourceIds, gold);

    /// <summary>The position of the first of these examples in the split.</summary>
    public int First { get; }

    /// <summary>The number of these examples.</summary>
    public int Count => ids.Count;

    /// <summary>The gold labels, from the first of these examples on.</summary>
    public PackedLabels Gold { get; }

    /// <param name="position">The position of the example in the split.</param>
    public Guid IdOf(int position) => ids[position - First];

    /// <inheritdoc cref="IdOf"/>
    public string SourceIdOf(int position) => sourceIds[position - First];

    /// <param name="first">The position of the first example to read.</param>
    /// <param name="most">The largest number of examples to read.</param>
    public static async Task<ExampleKeys> ReadAsync(
        PieDbContext db, SweepPredictionTable.Scope scope, Split split, int first, int most,
        CancellationToken cancellation)
    {
        var (ids, sourceIds, labels) = (new List<Guid>(), new PackedTexts(), new MemoryStream());
        var packed = new byte[PackedLabels.BytesPerExample(scope.Task, scope.Labels.Length)];
        var stored = db.Examples
            .Where(example => example.DatasetId == scope.Of.DatasetId && example.Split == split
                && example.Position >= first)
            .OrderBy(example => example.Position).Take(most)
            .Select(example => new { example.Id, example.SourceId, example.Labels });
        await foreach (var example in stored.AsAsyncEnumerable().WithCancellation(cancellation))
        {
            ids.Add(example.Id);
            sourceIds.Add(example.SourceId);
            PackedLabels.Pack(scope.Task, scope.Labels.Length, example.Labels, packed);
            labels.Write(packed);
        }
        return new ExampleKeys(
            first, ids, sourceIds, new PackedLabels(scope.Task, scope.Labels.Length, labels.ToArray()));
    }
}
