using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;
using PieService.Worker.Files;

namespace PieService.Worker.Text;

/// <summary>
/// Splits texts into the word pieces of a BERT's vocabulary (Wu et al., 2016), exactly as Hugging Face's
/// BertTokenizerFast does. Pieces and their numbers come from Microsoft.ML.Tokenizers.
/// </summary>
/// <remarks>A word of more than 100 UTF-16 characters is unknown; the original counts code points.</remarks>
public sealed class WordPiece
{
    public const string VocabularyFile = "vocab.txt", SettingsFile = "tokenizer_config.json";

    private readonly BertTokenizer pieces;
    private readonly Dictionary<string, int> special;
    private readonly Regex anySpecial;

    private WordPiece(
        BertTokenizer pieces, Dictionary<string, int> special, IReadOnlyList<string> vocabulary, string sha256)
    {
        (this.pieces, this.special, Vocabulary, Sha256) = (pieces, special, vocabulary, sha256);
        anySpecial = new(string.Join('|', special.Keys.Select(Regex.Escape)), RegexOptions.CultureInvariant);
    }

    /// <summary>The pieces by number; empty for an empty line of the file.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>The hash of the files that decide the pieces of a text.</summary>
    public string Sha256 { get; }

    /// <summary>[CLS], with which every input begins.</summary>
    public int Start => pieces.ClassificationTokenId;

    /// <summary>[SEP], with which every text of an input ends.</summary>
    public int Separator => pieces.SeparatorTokenId;

    /// <summary>
    /// The tokenizer of a folder of the Hugging Face layout; without settings it lower-cases, as Hugging Face's does.
    /// </summary>
    /// <param name="vocabularySize">The vocab_size of config.json, the rows of the word embedding.</param>
    /// <exception cref="UnusableModelException">The vocabulary or the settings are missing, malformed or do not fit
    /// config.json.</exception>
    public static WordPiece Load(string folder, int vocabularySize)
    {
        var settingsPath = Path.Combine(folder, SettingsFile);
        var settings = File.Exists(settingsPath) ? ModelSettings.Read(settingsPath) : ModelSettings.None;
        if (!(settings.Flag("do_basic_tokenize") ?? true))
            throw settings.Refusal("do_basic_tokenize", "is false; only true is supported");

        var path = Path.Combine(folder, VocabularyFile);
        var lines = ReadVocabulary(path);
        var numbers = Numbered(lines, path);
        if (numbers.Values.DefaultIfEmpty().Max() >= vocabularySize)
        {
            throw new UnusableModelException(
                $"{ShownPath.Of(path)} has tokens after line {vocabularySize}, the vocab_size of config.json.");
        }
        var lowerCase = settings.Flag("do_lower_case") ?? true;
        var options = new BertOptions
        {
            UnknownToken = Special("unk_token", "[UNK]"),
            SeparatorToken = Special("sep_token", "[SEP]"),
            PaddingToken = Special("pad_token", "[PAD]"),
            ClassificationToken = Special("cls_token", "[CLS]"),
            MaskingToken = Special("mask_token", "[MASK]"),
            ApplyBasicTokenization = false,
            SplitOnSpecialTokens = false,
            Normalizer = new BertNormalizer(
                lowerCase, settings.Flag("strip_accents") ?? lowerCase,
                settings.Flag("tokenize_chinese_chars") ?? true),
        };
        using var vocabulary = File.OpenRead(path);
        string[] special = [options.UnknownToken, options.SeparatorToken, options.PaddingToken,
            options.ClassificationToken, options.MaskingToken];
        return new(
            BertTokenizer.Create(vocabulary, options),
            special.Distinct().ToDictionary(token => token, token => numbers[token]), lines,
            FileHashes.Of(folder, [SettingsFile, VocabularyFile]));

        string Special(string name, string otherwise)
        {
            var token = settings.Text(name, otherwise);
            return numbers.ContainsKey(token)
                ? token : throw new UnusableModelException($"{ShownPath.Of(path)} lacks {token}, the {name}.");
        }
    }

    /// <summary>
    /// The pieces of a text. A special token that is written in it, such as [SEP], becomes that token.
    /// </summary>
    public int[] Pieces(string text)
    {
        var ids = new List<int>();
        var done = 0;
        foreach (var match in anySpecial.EnumerateMatches(text))
        {
            Append(done, match.Index);
            ids.Add(special[text.Substring(match.Index, match.Length)]);
            done = match.Index + match.Length;
        }
        Append(done, text.Length);
        return [.. ids];

        void Append(int from, int to)
        {
            if (to > from) ids.AddRange(pieces.EncodeToIds(text.AsSpan(from, to - from), addSpecialTokens: false));
        }
    }

    private static string[] ReadVocabulary(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw UnusableModelException.Unreadable(path, unreadable);
        }
    }

    private static Dictionary<string, int> Numbered(string[] lines, string path)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var line = 0; line < lines.Length; line++)
        {
            if (lines[line].Length > 0 && !numbers.TryAdd(lines[line], line))
                throw new UnusableModelException(
                    $"{ShownPath.Of(path)} has {lines[line]} twice, in lines {numbers[lines[line]] + 1} "
                        + $"and {line + 1}.");
        }
        return numbers;
    }
}
