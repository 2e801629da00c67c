using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Worker.Files;

namespace PieService.Worker.Text;

/// <summary>
/// A dataset in the form that the trainer reads: word numbers and labels of every split, and their common vocabulary,
/// in one safetensors file that is cached by the dataset's content hash. For a BERT the words are pieces, with the
/// numbers and the vocabulary of its tokenizer.
/// </summary>
public sealed class TokenisedDataset
{
    public const string Train = "train", Validation = "validation", Test = "test";

    /// <summary>
    /// The version of the file format, and of the rules by which texts become pieces; it is part of the name in the
    /// cache, so that a file of an earlier version is rebuilt.
    /// </summary>
    public const string Format = "pie-tokens-3";

    internal static readonly string[] SplitNames = [Train, Validation, Test];

    private readonly Dictionary<string, TokenisedSplit> splits;
    private readonly byte[] packedWords;
    private readonly long[] wordOffsets;

    internal TokenisedDataset(
        string contentHash, LearningTask task, int classCount, string? tokenizer, byte[] packedWords,
        long[] wordOffsets, Dictionary<string, TokenisedSplit> splits)
    {
        (ContentHash, Task, ClassCount, Tokenizer, this.packedWords, this.wordOffsets, this.splits) =
            (contentHash, task, classCount, tokenizer, packedWords, wordOffsets, splits);
        var words = new string[wordOffsets.Length - 1];
        for (var i = 0; i < words.Length; i++)
            words[i] = Encoding.UTF8.GetString(
                packedWords, (int)wordOffsets[i], (int)(wordOffsets[i + 1] - wordOffsets[i]));
        Vocabulary = words;
    }

    public string ContentHash { get; }

    /// <summary>The task that the dataset states; it is never guessed from the labels.</summary>
    public LearningTask Task { get; }

    public int ClassCount { get; }

    /// <summary>
    /// The tokenizer of the pieces (<see cref="WordPiece.Sha256"/>); null for words of basic_english.
    /// </summary>
    public string? Tokenizer { get; }

    /// <summary>Whether an example is a pair whose two texts are stored apart.</summary>
    public bool HasPairs =>
        splits.Values.Any(split => split.SecondStarts?.Any(start => start != TokenisedSplit.NoSecond) == true);

    /// <summary>V words of all splits, numbered by their first appearance; or all pieces of a tokenizer.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>
    /// The number of occurrences of each of the V words in the training texts, which are truncated to this many tokens.
    /// </summary>
    public int[] TrainCounts(int maxLength)
    {
        var (counts, train) = (new int[Vocabulary.Count], Split(Train).Truncated(maxLength));
        for (var example = 0; example < train.Count; example++)
            foreach (var word in train.Text(example).Tokens.Span) counts[word]++;
        return counts;
    }

    /// <summary>
    /// The identity of the vocabulary, order included: vectors that were reduced to another one do not fit.
    /// </summary>
    public string VocabularyHash => Convert.ToHexStringLower(SHA256.HashData(
        [.. packedWords, .. MemoryMarshal.AsBytes(wordOffsets.AsSpan())]));

    /// <summary>The split; it has no examples if the dataset has no such split.</summary>
    /// <exception cref="ArgumentException">The name is not train, validation or test.</exception>
    public TokenisedSplit Split(string name) => splits.TryGetValue(name, out var split)
        ? split
        : throw new ArgumentException($"'{name}' is not one of {string.Join(", ", SplitNames)}.", nameof(name));

    /// <returns>The SHA-256 of the file.</returns>
    public string Save(string path)
    {
        var file = new SafeTensors
        {
            Metadata =
            {
                ["format"] = Format,
                ["contentHash"] = ContentHash,
                ["task"] = Wire.Name(Task),
                ["classCount"] = ClassCount.ToString(CultureInfo.InvariantCulture),
            },
        };
        if (Tokenizer is not null) file.Metadata["tokenizer"] = Tokenizer;
        file.Add("vocabulary.utf8", packedWords);
        file.Add("vocabulary.offsets", wordOffsets);
        foreach (var split in splits.Values)
        {
            file.Add($"{split.Name}.tokens", split.Tokens);
            file.Add($"{split.Name}.offsets", split.Offsets);
            if (split.SecondStarts is { } starts) file.Add($"{split.Name}.secondStarts", starts);
            file.Add($"{split.Name}.labels", split.Labels.Bytes);
        }
        return file.Write(path);
    }

    /// <exception cref="InvalidDataException">The file is malformed or is not a tokenised dataset.</exception>
    public static TokenisedDataset Load(string path)
    {
        var file = SafeTensors.Read(path);
        Require(file.Metadata.GetValueOrDefault("format") == Format, "it is not a tokenised dataset");
        Require(Wire.TryParse<LearningTask>(file.RequireMetadata("task"), out var task),
            "task is not a known task");
        Require(int.TryParse(file.RequireMetadata("classCount"), CultureInfo.InvariantCulture, out var classes)
            && classes > 0,
            "classCount is not a positive number");
        var (words, wordOffsets) = (file.Get<byte>("vocabulary.utf8"), file.Get<long>("vocabulary.offsets"));
        Require(AreOffsets(wordOffsets, words.Length), "the vocabulary's offsets are wrong");

        var tokenizer = file.Metadata.GetValueOrDefault("tokenizer");
        var splits = new Dictionary<string, TokenisedSplit>(StringComparer.Ordinal);
        foreach (var name in SplitNames)
        {
            var split = new TokenisedSplit(
                name, file.Get<int>($"{name}.tokens"), file.Get<long>($"{name}.offsets"),
                Labels(file.Get<byte>($"{name}.labels"), name))
            { SecondStarts = tokenizer is null ? null : file.Get<int>($"{name}.secondStarts") };
            Require(split.Offsets.Length == split.Count + 1
                && AreOffsets(split.Offsets, split.Tokens.Length), $"{name} has wrong offsets");
            Require(Array.TrueForAll(split.Tokens, word => (uint)word < (uint)(wordOffsets.Length - 1)),
                $"{name} has unknown words");
            Require(split.SecondStarts is null
                || AreWithin(split.SecondStarts, split), $"{name} has second texts outside of its texts");
            splits.Add(name, split);
        }
        return new(file.RequireMetadata("contentHash"), task, classes, tokenizer, words, wordOffsets, splits);

        PackedLabels Labels(byte[] bytes, string name)
        {
            Require(bytes.Length
                % PackedLabels.BytesPerExample(task, classes) == 0, $"{name} has labels for part of an example");
            var labels = new PackedLabels(task, classes, bytes);
            Require(labels.AreInRange(), $"{name} has labels outside 0 to {classes - 1}");
            return labels;
        }

        void Require(bool condition, string otherwise)
        {
            if (!condition) throw new InvalidDataException($"{path}: {otherwise}.");
        }
    }

    private static bool AreOffsets(long[] offsets, int end)
    {
        if (offsets is not [0, ..] || offsets[^1] != end) return false;
        for (var i = 1; i < offsets.Length; i++)
            if (offsets[i] < offsets[i - 1]) return false;
        return true;
    }

    private static bool AreWithin(int[] secondStarts, TokenisedSplit split)
    {
        if (secondStarts.Length != split.Count) return false;
        for (var i = 0; i < secondStarts.Length; i++)
            if (secondStarts[i] < TokenisedSplit.NoSecond || secondStarts[i] > split.Length(i)) return false;
        return true;
    }
}
