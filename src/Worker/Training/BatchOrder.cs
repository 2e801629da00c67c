using PieService.Domain;
using PieService.Worker.Text;

namespace PieService.Worker.Training;

/// <summary>
/// The batches of the examples. Texts of similar length share a batch: the LSTM processes each batch to its longest
/// text, and its steps are cheapest while no text has ended.
/// </summary>
public static class BatchOrder
{
    // Texts are sorted within windows and not over all, so that the texts that share a batch still change with every
    // epoch. With 50 batches in a window the lengths within a batch differ by a few tokens; small data has enough
    // windows too.
    private const int MostWindowBatches = 50, FewestWindows = 8;

    /// <summary>
    /// Returns every example once, in batches of <paramref name="batchSize"/>; one batch is smaller if the number of
    /// examples is not a multiple of it.
    /// </summary>
    /// <returns>Positions in the split.</returns>
    public static IReadOnlyList<int[]> ForTraining(TokenisedSplit split, int batchSize, int seed, int epoch)
    {
        var chance = KeyedRandom.For(seed, "order", epoch);
        var (batches, count) = (new List<int[]>(), (split.Count + batchSize - 1) / batchSize);
        foreach (var window in chance.Permutation(split.Count)
            .Chunk(Math.Clamp(count / FewestWindows, 1, MostWindowBatches) * batchSize))
            batches.AddRange(window.OrderBy(split.Length).Chunk(batchSize));  // stable: equal lengths stay shuffled

        var shuffled = batches.ToArray();
        chance.Shuffle<int[]>(shuffled);
        return shuffled;
    }

    /// <summary>
    /// The published code's batches, in the shuffled order. In that code every text has the length of the longest, so
    /// grouping by length would save nothing.
    /// </summary>
    /// <returns>Positions in the split.</returns>
    public static IReadOnlyList<int[]> Shuffled(TokenisedSplit split, int batchSize, int seed, int epoch) =>
        [.. KeyedRandom.For(seed, "order", epoch).Permutation(split.Count).Chunk(batchSize)];

    /// <summary>
    /// Returns batches ordered by length alone, the same in every evaluation; the positions give the example order of
    /// the results.
    /// </summary>
    /// <param name="mostTokens">The maximum number of tokens in a batch, pads included; a longer text has its own
    /// batch.</param>
    public static IReadOnlyList<int[]> ForEvaluation(TokenisedSplit split, int batchSize, int mostTokens = int.MaxValue)
    {
        var (batches, batch) = (new List<int[]>(), new List<int>());
        foreach (var example in Enumerable.Range(0, split.Count).OrderBy(split.Length))
        {
            // The next text is the longest so far, so the others are padded to its length.
            if (batch.Count == batchSize
                || (batch.Count > 0 && (batch.Count + 1L) * split.Length(example) > mostTokens))
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
