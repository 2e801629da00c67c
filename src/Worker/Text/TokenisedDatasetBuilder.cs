using System.Text;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Worker.Text;

/// <summary>
/// Builds a tokenised dataset: takes the examples one by one, in their order, and numbers the words as they appear.
/// </summary>
/// <param name="tokenizer">If given, the builder takes texts, and the words are their pieces with the tokenizer's
/// numbers.</param>
public sealed class TokenisedDatasetBuilder(
    string contentHash, int classCount, WordPiece? tokenizer = null, LearningTask task = LearningTask.SingleLabel)
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<byte> packedWords = [];
    private readonly List<long> wordOffsets = [0];

    private readonly Dictionary<string, Lists> splits =
        TokenisedDataset.SplitNames.ToDictionary(name => name, _ => new Lists(), StringComparer.Ordinal);

    private readonly byte[] example = new byte[PackedLabels.BytesPerExample(task, classCount)];

    /// <param name="labels">The classes; single-label data has exactly one.</param>
    /// <exception cref="ArgumentException">There is no such split, or the labels are not valid.</exception>
    public void Add(string split, IReadOnlyList<string> tokens, IReadOnlyList<short> labels) =>
        Add(split, tokens.Select(NumberOf), TokenisedSplit.NoSecond, labels);

    /// <summary>An example of single-label data.</summary>
    public void Add(string split, IReadOnlyList<string> tokens, int label) =>
        Add(split, tokens, [checked((short)label)]);

    /// <param name="secondText">The second text of a pair; null if the example is one text.</param>
    /// <exception cref="InvalidOperationException">There is no tokenizer.</exception>
    public void Add(string split, string text, string? secondText, IReadOnlyList<short> labels)
    {
        var pieces = tokenizer ?? throw new InvalidOperationException("Texts need a tokenizer.");
        var first = pieces.Pieces(text);
        if (secondText is null) Add(split, first, TokenisedSplit.NoSecond, labels);
        else Add(split, first.Concat(pieces.Pieces(secondText)), first.Length, labels);
    }

    /// <summary>An example of single-label data.</summary>
    public void Add(string split, string text, string? secondText, int label) =>
        Add(split, text, secondText, [checked((short)label)]);

    private void Add(string split, IEnumerable<int> tokens, int secondStart, IReadOnlyList<short> labels)
    {
        PackedLabels.Pack(task, classCount, labels, example);
        if (!splits.TryGetValue(split, out var target))
        {
            throw new ArgumentException(
                $"'{split}' is not one of {string.Join(", ", TokenisedDataset.SplitNames)}.", nameof(split));
        }
        target.Tokens.AddRange(tokens);
        target.Offsets.Add(target.Tokens.Count);
        target.SecondStarts.Add(secondStart);
        target.Labels.AddRange(example);
    }

    public TokenisedDataset Build()
    {
        foreach (var piece in tokenizer?.Vocabulary ?? []) Append(piece);
        return new(
            contentHash, task, classCount, tokenizer?.Sha256, [.. packedWords], [.. wordOffsets],
            splits.ToDictionary(pair => pair.Key, pair => Split(pair.Key, pair.Value), StringComparer.Ordinal));
    }

    private TokenisedSplit Split(string name, Lists lists)
    {
        var labels = new PackedLabels(task, classCount, [.. lists.Labels]);
        return new(name, [.. lists.Tokens], [.. lists.Offsets], labels)
        {
            SecondStarts = tokenizer is null ? null : [.. lists.SecondStarts],
        };
    }

    private int NumberOf(string word)
    {
        if (numbers.TryGetValue(word, out var known)) return known;
        numbers.Add(word, numbers.Count);
        Append(word);
        return numbers.Count - 1;
    }

    private void Append(string word)
    {
        packedWords.AddRange(Encoding.UTF8.GetBytes(word));
        wordOffsets.Add(packedWords.Count);
    }

    /// <summary>The examples of a split so far.</summary>
    private sealed class Lists
    {
        public List<int> Tokens { get; } = [];

        public List<long> Offsets { get; } = [0];

        public List<int> SecondStarts { get; } = [];

        public List<byte> Labels { get; } = [];
    }
}
