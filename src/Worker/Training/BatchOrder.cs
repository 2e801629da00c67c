using PieService.Domain;
using PieService.Worker.Text;

namespace PieService.Worker.Training;

/// <summary>
/// In which batches the examples come. Texts of similar length share a batch: the LSTM walks each batch to its longest
/// text, and its steps are cheapest while no text has ended.
/// </summary>
public static class BatchOrder
{
    // Sorting within windows, not over all: who shares a batch with whom then still changes with every epoch. With 50
    // batches in a window the lengths within a batch differ by a few tokens; small data has windows enough all the same.
    private const int MostWindowBatches = 50, FewestWindows = 8;

    /// <summary>Every example once, in batches of <paramref name="batchSize"/>, one of them smaller where it must be.</summary>
    /// <returns>Positions in the split.</returns>
    public static IReadOnlyList<int[]> ForTraining(TokenisedSplit split, int batchSize, int seed, int epoch)
    {
        var chance = KeyedRandom.For(seed, "order", epoch);
        var (batches, count) = (new List<int[]>(), (split.Count + batchSize - 1) / batchSize);
        foreach (var window in chance.Permutation(split.Count).Chunk(Math.Clamp(count / FewestWindows, 1, MostWindowBatches) * batchSize))
            batches.AddRange(window.OrderBy(split.Length).Chunk(batchSize));        // stable: equal lengths stay shuffled

        var shuffled = batches.ToArray();
        chance.Shuffle<int[]>(shuffled);
        return shuffled;
    }

    /// <summary>As the published code: whoever comes next. There every text is as long as the longest, so length saves nothing.</summary>
    /// <returns>Positions in the split.</returns>
    public static IReadOnlyList<int[]> Shuffled(TokenisedSplit split, int batchSize, int seed, int epoch) =>
        [.. KeyedRandom.For(seed, "order", epoch).Permutation(split.Count).Chunk(batchSize)];

    /// <summary>By length alone, the same at every evaluation; results go back to example order by position.</summary>
    /// <param name="mostTokens">Of a batch, pads included; a longer text has one of its own.</param>
    public static IReadOnlyList<int[]> ForEvaluation(TokenisedSplit split, int batchSize, int mostTokens = int.MaxValue)
    {
        var (batches, batch) = (new List<int[]>(), new List<int>());
        foreach (var example in Enumerable.Range(0, split.Count).OrderBy(split.Length))
        {
            // The next is always the longest so far, so the others are padded to it.
            if (batch.Count == batchSize || (batch.Count > 0 && (batch.Count + 1L) * split.Length(example) > mostTokens))
            {
                batches.Add([.. batch]);
                batch.Clear();
            }
            batch.Add(example);
        }
        if (batch.Count > 0) batches.Add([.. batch]);
        return batches;
    }
}
