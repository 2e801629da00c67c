using System.Text;
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
    public const string VocabularyFile = "vocab.txt", SettingsFile = TokenizerFiles.Settings;

    /// <summary>The files that decide the pieces of a text, in alphabetical order; all but the last may be
    /// missing.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [TokenizerFiles.Added, TokenizerFiles.SpecialTokens, TokenizerFiles.Fast, SettingsFile, VocabularyFile];

    private readonly BertTokenizer pieces;
    private readonly BertNormalizer normalizer;
    private readonly AddedTokens original, cleaned;

    private WordPiece(BertTokenizer pieces, BertNormalizer normalizer, TokenizerSettings settings, string sha256)
    {
        (this.pieces, this.normalizer, Vocabulary, Sha256) = (pieces, normalizer, settings.Vocabulary, sha256);
        original = new(settings.Tokens.Where(each => !each.Token.Normalized), text => text);
        cleaned = new(settings.Tokens.Where(each => each.Token.Normalized), normalizer.Clean);
        Start = NumberOf(settings.Classification);
        Separator = NumberOf(settings.Separator);

        int NumberOf(string token) => settings.Tokens.First(each => each.Token.Content == token).Number;
    }

    /// <summary>The pieces by number, with added tokens; empty for an empty line of the file.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>The hash of the files that decide the pieces of a text.</summary>
    public string Sha256 { get; }

    /// <summary>[CLS], with which every input begins.</summary>
    public int Start { get; }

    /// <summary>[SEP], with which every text of an input ends.</summary>
    public int Separator { get; }

    /// <summary>
    /// The tokenizer of a folder of the Hugging Face layout; without settings it lower-cases, as Hugging Face's does.
    /// </summary>
    /// <param name="vocabularySize">The vocab_size of config.json, the rows of the word embedding.</param>
    /// <exception cref="UnusableModelException">The vocabulary or the settings are missing, malformed or do not fit
    /// config.json.</exception>
    public static WordPiece Load(string folder, int vocabularySize)
    {
        var path = Path.Combine(folder, VocabularyFile);
        var lines = ReadVocabulary(path);
        RequireOnce(lines, path);
        if (Array.FindLastIndex(lines, line => line.Length > 0) >= vocabularySize)
        {
            throw new UnusableModelException(
                $"{ShownPath.Of(path)} has tokens after line {vocabularySize}, the vocab_size of config.json.");
        }
        var settings = TokenizerFiles.Read(path, lines, vocabularySize);
        var normalizer = new BertNormalizer(settings.LowerCase, settings.StripAccents, settings.SeparateCjk);
        // Special tokens are found before a text comes to the library, which needs some of them nevertheless.
        var options = new BertOptions
        {
            UnknownToken = settings.Unknown,
            SeparatorToken = settings.Unknown,
            PaddingToken = settings.Unknown,
            ClassificationToken = settings.Unknown,
            MaskingToken = settings.Unknown,
            ApplyBasicTokenization = false,
            SplitOnSpecialTokens = false,
            Normalizer = normalizer,
        };
        using var vocabulary = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        return new(
            BertTokenizer.Create(vocabulary, options), normalizer, settings, FileHashes.Of(folder, Files));
    }

    /// <summary>
    /// The pieces of a text. A special or added token that is written in it, such as [SEP], becomes that token.
    /// </summary>
    public int[] Pieces(string text)
    {
        var ids = new List<int>();
        foreach (var (part, number) in original.Split(text))
        {
            if (number is { } token) ids.Add(token);
            else if (cleaned.IsEmpty) Append(part);
            else foreach (var (rest, added) in cleaned.Split(normalizer.Clean(part)))
            {
                if (added is { } inside) ids.Add(inside);
                else Append(rest);
            }
        }
        return [.. ids];

        void Append(string part) => ids.AddRange(pieces.EncodeToIds(part.AsSpan(), addSpecialTokens: false));
    }

    private static string[] ReadVocabulary(string path)
    {
        try
        {
            var bytes = RegularFile.ReadAllBytes(path);
            if (ForeignFormat.LfsPointer(bytes) is { } pointer)
                throw new UnusableModelException($"{ShownPath.Of(path)} {pointer}.");
            // A reader removes a byte order mark.
            using var text = new StreamReader(
                new MemoryStream(bytes), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, true));
            var lines = new List<string>();
            while (text.ReadLine() is { } line) lines.Add(line);
            return [.. lines];
        }
        catch (DecoderFallbackException malformed)
        {
            throw new UnusableModelException(
                $"{ShownPath.Of(path)} is not UTF-8: get the file again, or save it as UTF-8.", malformed);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException
            or InvalidDataException)
        {
            throw UnusableModelException.Unreadable(path, unreadable);
        }
    }

    private static void RequireOnce(string[] lines, string path)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var line = 0; line < lines.Length; line++)
        {
            if (lines[line].Length > 0 && !numbers.TryAdd(lines[line], line))
                throw new UnusableModelException(
                    $"{ShownPath.Of(path)} has {lines[line]} twice, in lines {numbers[lines[line]] + 1} "
                        + $"and {line + 1}.");
        }
    }
}
