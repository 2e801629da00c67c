using PieService.Worker.Files;

namespace PieService.Worker.Text;

/// <summary>
/// Reads the settings of a tokenizer from the files that versions of Hugging Face's transformers have written, of which
/// each may be missing.
/// </summary>
/// <remarks>
/// Source: PreTrainedTokenizerBase._from_pretrained. If tokenizer_config.json has added_tokens_decoder, its special
/// tokens are used; older files have them in special_tokens_map.json, which then takes precedence.
/// </remarks>
internal sealed class TokenizerFiles
{
    public const string Settings = "tokenizer_config.json", SpecialTokens = "special_tokens_map.json",
        Added = "added_tokens.json", Fast = "tokenizer.json";

    private const string Decoder = "added_tokens_decoder", AdditionalTokens = "additional_special_tokens";

    /// <summary>
    /// The special tokens without which no input can be made, and those that classification never needs.
    /// </summary>
    private static readonly string[] Required = ["unk_token", "sep_token", "cls_token"],
        Optional = ["pad_token", "mask_token"];

    private readonly ModelSettings settings, map, added, fast, config;

    /// <summary>The tokens in the order of their discovery; the number is null if no file has it.</summary>
    private readonly List<(AddedToken Token, int? Number, ModelSettings File, string Name)> found = [];

    private TokenizerFiles(string folder)
    {
        settings = Read(Settings);
        map = Read(SpecialTokens);
        added = Read(Added);
        fast = Read(Fast);
        config = Read("config.json");

        ModelSettings Read(string name) => ModelSettings.ReadIfExists(Path.Combine(folder, name));
    }

    /// <param name="vocabularyPath">The path of vocab.txt.</param>
    /// <param name="pieces">Its lines.</param>
    /// <param name="vocabularySize">The rows of the word embedding: every number is below it.</param>
    /// <exception cref="UnusableModelException">A file is malformed, does not fit vocab.txt, or belongs to a tokenizer
    /// that the worker does not support.</exception>
    public static TokenizerSettings Read(string vocabularyPath, IReadOnlyList<string> pieces, int vocabularySize)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var line = 0; line < pieces.Count; line++)
            if (pieces[line].Length > 0) numbers.Add(pieces[line], line);
        var files = new TokenizerFiles(Path.GetDirectoryName(vocabularyPath)!);
        files.RequireBert();
        files.RequireSameVocabulary(numbers);
        files.FindTokens();
        return files.Number(vocabularyPath, pieces, numbers, vocabularySize);
    }

    private void RequireBert()
    {
        if (!(settings.Flag("do_basic_tokenize") ?? true))
            throw settings.Refusal("do_basic_tokenize", "is false; only true is supported");
        foreach (var file in new[] { settings, config })
        {
            if (file.Text("tokenizer_class", "BertTokenizer") is var given
                && given is not ("BertTokenizer" or "BertTokenizerFast"))
            {
                throw file.Refusal(
                    "tokenizer_class", $"is {given}; only BertTokenizer and BertTokenizerFast are supported, so take "
                        + "another checkpoint");
            }
        }
        if (fast.Section("model") is { } model && model.Text("type", "WordPiece") is var type && type != "WordPiece")
            throw model.Refusal("type", $"is {type}; only WordPiece is supported, so take another checkpoint");
    }

    /// <summary>The library behind tokenizer.json reads its vocabulary, not vocab.txt.</summary>
    private void RequireSameVocabulary(Dictionary<string, int> numbers)
    {
        if (fast.Section("model")?.Section("vocab") is not { } vocabulary) return;
        var names = vocabulary.Names;
        foreach (var name in names)
        {
            if (name.Length == 0) continue;
            if (!numbers.TryGetValue(name, out var line) || vocabulary.Integer(name, atLeast: 0) != line)
                throw vocabulary.Refusal(
                    name, "has another number than in vocab.txt, or is not in it; save both files again from one "
                        + "tokenizer");
        }
        // vocab.txt may have added tokens as lines, as the vocabulary of a kept model does.
        var known = names.Concat(fast.List("added_tokens").Select(token => token.Text("content", "")))
            .ToHashSet(StringComparer.Ordinal);
        if (numbers.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            throw fast.Refusal(
                "model.vocab", $"lacks {unknown}, which vocab.txt has; save both files again from one tokenizer");
    }

    private void FindTokens()
    {
        foreach (var token in fast.List("added_tokens"))
            Add(AddedToken.Of(token, isSpecial: false), token.Integer("id", atLeast: 0), token, "id");
        if (settings.Section(Decoder) is { } decoder)
        {
            foreach (var number in decoder.Names)
            {
                if (!int.TryParse(number, out var parsed) || parsed < 0)
                    throw decoder.Refusal(number, "is not the number of a token");
                Add(AddedToken.Of(decoder.Section(number)!, isSpecial: false), parsed, decoder, number);
            }
        }
        var special = Special().Select(token => token.Token.Content).ToHashSet(StringComparer.Ordinal);
        foreach (var content in added.Names.Where(name => name.Length > 0))
        {
            Add(new(content, Normalized: !special.Contains(content), SingleWord: false),
                added.Integer(content, atLeast: 0), added, content);
        }
        foreach (var (token, file) in Special()) Add(token, null, file, token.Content);
    }

    private void Add(AddedToken token, int? number, ModelSettings file, string name)
    {
        // A token of several files has the flags of the first.
        var known = found.FindIndex(each => each.Token.Content == token.Content);
        if (known < 0) found.Add((token, number, file, name));
        else if (found[known].Number is { } earlier && number is { } later && earlier != later)
            throw file.Refusal(
                name, $"is {token.Content} with the number {later}, which has {earlier} in another file");
    }

    /// <summary>The special tokens, without numbers.</summary>
    private IEnumerable<(AddedToken Token, ModelSettings File)> Special()
    {
        foreach (var name in Required.Concat(Optional))
            yield return (Special(name), Holder(name) ?? settings);
        foreach (var file in settings.Has(Decoder) ? [settings] : new[] { settings, map })
        {
            foreach (var token in file.List(AdditionalTokens))
                yield return (AddedToken.Of(token, isSpecial: true), file);
        }
    }

    private AddedToken Special(string name) =>
        Holder(name)?.Token(name) is { } token ? AddedToken.Of(token, isSpecial: true)
        : new($"[{name[..name.IndexOf('_')].ToUpperInvariant()}]", Normalized: false, SingleWord: false);

    private ModelSettings? Holder(string name) =>
        Array.Find(settings.Has(Decoder) ? [settings, map] : new[] { map, settings }, file => file.Has(name));

    /// <summary>Gives every token its number: its line of vocab.txt, or else the next one behind the file.</summary>
    private TokenizerSettings Number(
        string vocabularyPath, IReadOnlyList<string> pieces, Dictionary<string, int> numbers, int vocabularySize)
    {
        var vocabulary = pieces.ToList();
        var required = Required.Select(name => Special(name).Content).ToList();
        var optional = Optional.Select(name => Special(name).Content).ToList();
        var tokens = new List<(AddedToken, int)>();
        foreach (var (token, stated, file, name) in found.OrderBy(each => each.Number ?? int.MaxValue))
        {
            if (!numbers.TryGetValue(token.Content, out var number))
            {
                number = vocabulary.Count;
                // A text that contains such a token is split like any other text.
                if (optional.Contains(token.Content) && (stated is null || number >= vocabularySize)) continue;
                if (stated is null && required.IndexOf(token.Content) is >= 0 and var place)
                    throw new UnusableModelException(
                        $"{ShownPath.Of(vocabularyPath)} lacks {token.Content}, the {Required[place]}.");
                if (number >= vocabularySize)
                    throw file.Refusal(
                        name, $"adds the token {token.Content} behind the {vocabularySize} tokens of vocab_size in "
                            + "config.json; remove the token, or take the files of one model");
                vocabulary.Add(token.Content);
            }
            if (stated is { } other && other != number)
                throw file.Refusal(
                    name, $"gives {token.Content} the number {other}, but by vocab.txt it is {number}; take the files "
                        + "of one model");
            tokens.Add((token, number));
        }
        // The model that splits words has only the pieces of vocab.txt.
        if (!numbers.ContainsKey(required[0]))
            throw new UnusableModelException($"{ShownPath.Of(vocabularyPath)} lacks {required[0]}, the unk_token.");
        var lowerCase = settings.Flag("do_lower_case") ?? true;
        return new(
            lowerCase, settings.Flag("strip_accents") ?? lowerCase, settings.Flag("tokenize_chinese_chars") ?? true,
            required[0], required[2], required[1], tokens, vocabulary);
    }
}
