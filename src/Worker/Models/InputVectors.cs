using PieService.Domain.Recipes;
using PieService.Worker.Text;

namespace PieService.Worker.Models;

/// <summary>
/// The row of the embedding for each word of the vocabulary, and the rows themselves if they are given. Row 0 is all
/// zeros; it is the pad unless another row is.
/// </summary>
/// <param name="RowOfWord">The row of each of the V words.</param>
/// <param name="Rows">The number of rows of the embedding.</param>
/// <param name="Dimensions">D, the width of a row.</param>
/// <param name="Frozen">The given vectors, rows x D, row-major; null if the embedding is trained.</param>
/// <param name="PadRow">The row that is read after the end of a text.</param>
public sealed record InputVectors(
    int[] RowOfWord, int Rows, int Dimensions, float[]? Frozen, int PadRow = InputVectors.ZeroRow)
{
    /// <summary>
    /// A word with fewer occurrences in training shares the row of the unknown word, so that this row is trained too.
    /// </summary>
    public const int MinTrainCount = 2;

    public const int ZeroRow = 0;

    private const int UnknownRow = 1, FirstWordRow = 2;

    /// <summary>
    /// One trained row for each word that occurs at least <see cref="MinTrainCount"/> times in training.
    /// </summary>
    /// <param name="maxLength">The number of tokens after which training truncates a text: later words do not
    /// count.</param>
    public static InputVectors Trained(
        TokenisedDataset dataset, int maxLength, int dimensions, Padding padding = Padding.Zeros)
    {
        var rows = FirstWordRow;
        var rowOfWord = Array.ConvertAll(
            dataset.TrainCounts(maxLength), count => count >= MinTrainCount ? rows++ : UnknownRow);
        return new(rowOfWord, rows, dimensions, Frozen: null, padding == Padding.Zeros ? ZeroRow : UnknownRow);
    }

    /// <summary>The meaning of each row of the trained embedding: [PAD], [UNK], then one word each.</summary>
    /// <remarks>
    /// A word of a text is never one of these two: the tokenizer lower-cases, and its separator is [SEP].
    /// </remarks>
    public static IReadOnlyList<string> WordsOfRows(TokenisedDataset dataset, int maxLength)
    {
        var counts = dataset.TrainCounts(maxLength);
        return ["[PAD]", "[UNK]", .. dataset.Vocabulary.Where((_, word) => counts[word] >= MinTrainCount)];
    }

    /// <summary>The given vectors, which training does not change.</summary>
    public static InputVectors Given(WordVectors vectors, Padding padding = Padding.Zeros)
    {
        var words = vectors.Matrix.Length / vectors.Dimensions;
        float[] frozen = [.. new float[vectors.Dimensions], .. vectors.Matrix,
            .. padding == Padding.Zeros ? [] : vectors.Mean];
        return new(
            [.. Enumerable.Range(1, words)], frozen.Length / vectors.Dimensions, vectors.Dimensions, frozen,
            padding == Padding.Zeros ? ZeroRow : words + 1);
    }
}
