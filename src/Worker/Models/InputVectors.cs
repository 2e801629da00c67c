using PieService.Domain.Recipes;
using PieService.Worker.Text;

namespace PieService.Worker.Models;

/// <summary>
/// Which row of the embedding each word of the vocabulary reads, and the rows themselves where they are given. Row 0 is
/// all zeros, the pad unless another one is.
/// </summary>
/// <param name="RowOfWord">V rows.</param>
/// <param name="Rows">Rows of the embedding.</param>
/// <param name="Dimensions">D.</param>
/// <param name="Frozen">Rows x D, row-major; null: the embedding is trained.</param>
/// <param name="PadRow">What is read where a text has ended.</param>
public sealed record InputVectors(int[] RowOfWord, int Rows, int Dimensions, float[]? Frozen, int PadRow = InputVectors.ZeroRow)
{
    /// <summary>A word seen less often in training shares the unknown word's row, so that this row is trained too.</summary>
    public const int MinTrainCount = 2;

    public const int ZeroRow = 0;

    private const int UnknownRow = 1, FirstWordRow = 2;

    /// <summary>One trained row for each word that training shows at least <see cref="MinTrainCount"/> times.</summary>
    /// <param name="maxLength">Tokens after which training cuts a text off: what stands behind them it never shows.</param>
    public static InputVectors Trained(TokenisedDataset dataset, int maxLength, int dimensions, Padding padding = Padding.Zeros)
    {
        var rows = FirstWordRow;
        var rowOfWord = Array.ConvertAll(dataset.TrainCounts(maxLength), count => count >= MinTrainCount ? rows++ : UnknownRow);
        return new(rowOfWord, rows, dimensions, Frozen: null, padding == Padding.Zeros ? ZeroRow : UnknownRow);
    }

    /// <summary>What each row of the trained embedding stands for: [PAD], [UNK], then a word each.</summary>
    /// <remarks>No word of a text is one of these two: the tokenizer lower-cases, and its separator is [SEP].</remarks>
    public static IReadOnlyList<string> WordsOfRows(TokenisedDataset dataset, int maxLength)
    {
        var counts = dataset.TrainCounts(maxLength);
        return ["[PAD]", "[UNK]", .. dataset.Vocabulary.Where((_, word) => counts[word] >= MinTrainCount)];
    }

    /// <summary>The given vectors, which training leaves as they are.</summary>
    public static InputVectors Given(WordVectors vectors, Padding padding = Padding.Zeros)
    {
        var words = vectors.Matrix.Length / vectors.Dimensions;
        float[] frozen = [.. new float[vectors.Dimensions], .. vectors.Matrix, .. padding == Padding.Zeros ? [] : vectors.Mean];
        return new([.. Enumerable.Range(1, words)], frozen.Length / vectors.Dimensions, vectors.Dimensions, frozen, padding == Padding.Zeros ? ZeroRow : words + 1);
    }
}
