using PieService.Worker.Files;
using PieService.Worker.Tests.Models;
using PieService.Worker.Text;

namespace PieService.Worker.Tests.Text;

public sealed class WordPieceTests : IDisposable
{
    private readonly ToyBert bert = new();

    public void Dispose() => bert.Dispose();

    [Theory]
    [InlineData("Café", "cafe")]
    [InlineData("CAFE\u0301", "cafe")]
    [InlineData("unable", "un ##able")]
    [InlineData("a\tb\r\na\u2028b\u00A0a", "a b a b a")]
    [InlineData("a\u0000\u200B\uFFFDb", "a ##b")]      // dropped without a space
    [InlineData("a+b$!", "a + b $ !")]
    [InlineData("a日b", "a 日 b")]
    [InlineData("[SEP]a[MASK][sep]", "[SEP] a [MASK] [UNK] [UNK] [UNK]")]
    [InlineData("😀", "[UNK]")]
    [InlineData("", "")]
    public void A_text_is_split_into_pieces(string text, string expected) => Assert.Equal(expected, Joined(text));

    [Fact]
    public void Hangul_is_decomposed_if_accents_are_stripped()
    {
        Assert.Equal("[UNK]", Joined("한"));
        bert.Vocabulary[^1] = "\u1112\u1161\u11AB";
        Assert.Equal("\u1112\u1161\u11AB", Joined("한"));
    }

    [Fact]
    public void A_cased_tokenizer_keeps_case_and_accents()
    {
        bert.Tokenizer["do_lower_case"] = false;
        Assert.Equal("[UNK] [UNK] cafe", Joined("Cafe café cafe"));
    }

    [Theory]
    [InlineData(3, 3, 20, 3, 3)]
    [InlineData(9, 3, 12, 6, 3)]        // the longer text is truncated first
    [InlineData(3, 9, 12, 3, 6)]
    [InlineData(9, 8, 12, 5, 4)]        // both texts exceed half: the odd token is left to the longer text
    [InlineData(8, 9, 12, 4, 5)]
    [InlineData(9, 9, 12, 4, 5)]
    [InlineData(9, 9, 3, 0, 0)]
    public void The_longer_text_of_a_pair_is_truncated_first(
        int first, int second, int maxLength, int keptFirst, int keptSecond)
    {
        var tokens = bert.WriteTokens();
        var input = BertInput.Of(
            tokens, Enumerable.Repeat(12, first).ToArray(), Enumerable.Repeat(13, second).ToArray(), maxLength);
        Assert.Equal(
            [tokens.Start, .. Enumerable.Repeat(12, keptFirst), tokens.Separator, .. Enumerable.Repeat(13, keptSecond),
                tokens.Separator], input.Tokens.ToArray());
        Assert.Equal(keptFirst + 2, input.SecondStart);
    }

    /// <summary>U+0130 alone has a lower case of two characters.</summary>
    [Theory]
    [InlineData(true, false, "İbÉ", "i\u0307bé")]
    [InlineData(true, null, "İbÉ", "ibe")]
    [InlineData(true, true, "İbÉ", "ibe")]
    [InlineData(false, true, "İbÉ", "IbE")]
    [InlineData(false, false, "İbÉ", "İbÉ")]
    [InlineData(false, null, "İbÉ", "İbÉ")]
    public void Lower_case_and_accents_are_changed_as_the_settings_state(
        bool lowerCase, bool? stripAccents, string text, string word)
    {
        bert.Tokenizer["do_lower_case"] = lowerCase;
        bert.Tokenizer["strip_accents"] = stripAccents;
        bert.Vocabulary[5] = word;
        Assert.Equal(word, Joined(text));
    }

    [Fact]
    public void A_byte_order_mark_is_not_part_of_a_file()
    {
        bert.Tokenizer["do_lower_case"] = false;
        var path = bert.Write();
        foreach (var name in new[] { "config.json", "tokenizer_config.json", "vocab.txt" })
        {
            var file = Path.Combine(path, name);
            File.WriteAllBytes(file, [0xEF, 0xBB, 0xBF, .. File.ReadAllBytes(file)]);
        }
        Assert.Equal("[PAD] [UNK] cafe", Joined("[PAD] Cafe cafe", path));
    }

    [Theory]
    [InlineData("[MASK]", 4)]
    [InlineData("[PAD]", 0)]
    public void A_vocabulary_without_a_mask_or_a_pad_splits_such_a_text_like_any_other(string token, int line)
    {
        bert.Vocabulary[line] = "]";
        Assert.Equal("[UNK] [UNK] ] a", Joined($"{token} a"));
    }

    [Theory]
    [InlineData("""{"unk_token":"<unk>","cls_token":"<s>","sep_token":"</s>"}""")]
    [InlineData("""{"unk_token":{"content":"<unk>"},"cls_token":{"content":"<s>"},"sep_token":{"content":"</s>"}}""")]
    public void Special_tokens_are_read_from_their_map(string map)
    {
        (bert.Vocabulary[1], bert.Vocabulary[2], bert.Vocabulary[3]) = ("<unk>", "<s>", "</s>");
        bert.Tokenizer["unk_token"] = "[UNK]";
        var path = Write(("special_tokens_map.json", map));
        Assert.Equal("a </s> <unk> <s>", Joined("a</s>€<s>", path));
        var tokens = ToyBert.TokensOf(path);
        Assert.Equal((2, 3), (tokens.Start, tokens.Separator));
    }

    [Fact]
    public void Settings_with_added_tokens_have_the_special_tokens_too()
    {
        bert.Tokenizer["added_tokens_decoder"] = new Dictionary<string, object>();
        bert.Tokenizer["unk_token"] = "[UNK]";
        var path = Write(("special_tokens_map.json", """{"unk_token":"<unk>"}"""));
        Assert.Equal("[UNK]", Joined("€", path));
    }

    /// <summary>[E1] is special, so it is found in the text as it is; url is found in the lower case.</summary>
    [Theory]
    [InlineData("a [E1] b", "a [E1] b")]
    [InlineData("a[E1]b", "a [E1] b")]
    [InlineData("a [e1] b", "a [UNK] [UNK] [UNK] b")]
    [InlineData("a<url>b", "a <url> b")]
    [InlineData("a<URL>b", "a <url> b")]
    [InlineData("a <url b", "a [UNK] [UNK] b")]
    [InlineData("<url>>", "<url>>")]
    [InlineData("<url>[SEP]", "<url> [SEP]")]
    public void Added_tokens_are_found_as_a_whole_the_longest_first(string text, string expected)
    {
        bert.Config["vocab_size"] = 19;
        bert.Tokenizer["additional_special_tokens"] = new[] { "[E1]" };
        var path = Write(("added_tokens.json", """{"[E1]":16,"<url>":17,"<url>>":18}"""));
        Assert.Equal(expected, Joined(text, path));
    }

    [Theory]
    [InlineData("b ab b", "b ab b")]
    [InlineData("ab! b", "ab ! b")]
    [InlineData("bab abb", "[UNK] a ##b ##b")]
    public void A_single_word_is_not_found_within_another(string text, string expected)
    {
        bert.Config["vocab_size"] = 17;
        bert.Vocabulary[5] = "x";
        bert.Tokenizer["added_tokens_decoder"] = new Dictionary<string, object>
        {
            ["16"] = new { content = "ab", single_word = true, normalized = false, special = false },
        };
        Assert.Equal(expected, Joined(text, bert.Write()));
    }

    [Fact]
    public void Added_tokens_of_the_fast_tokenizer_are_found_too()
    {
        bert.Config["vocab_size"] = 18;
        bert.Tokenizer["additional_special_tokens"] = new[] { "<b>" };
        var path = Write(("tokenizer.json", """
            {"added_tokens":[{"id":4,"content":"[MASK]","special":true},{"id":16,"content":"<a>","special":true}]}
            """));
        Assert.Equal("<b> <a> [MASK]", Joined("<b><a>[MASK]", path));
    }

    [Theory]
    [InlineData("added_tokens.json", """{"<a>":17}""", "added_tokens.json: <a> gives <a> the number 17, but")]
    [InlineData("added_tokens.json", """{"cafe":16}""", "added_tokens.json: cafe gives cafe the number 16, but")]
    [InlineData("added_tokens.json", """{"<a>":16,"<b>":17,"<c>":18}""", "<c> adds the token <c> behind the 18 tokens")]
    [InlineData("added_tokens.json", """{"<a>":"16"}""", "<a> is \"16\", not a whole number")]
    [InlineData("added_tokens.json", """[]""", "is not a JSON object")]
    [InlineData("tokenizer.json", """{"added_tokens":[{"id":16}]}""", "added_tokens[0].content is missing or empty")]
    [InlineData("tokenizer.json", """{"added_tokens":[16]}""", "added_tokens[0] is 16, neither a text nor an object")]
    [InlineData("tokenizer.json", """{"model":{"type":"BPE"}}""", "tokenizer.json: model.type is BPE; only WordPiece")]
    [InlineData("tokenizer.json", """{"model":{"vocab":{"[PAD]":1}}}""", "model.vocab.[PAD] has another number")]
    [InlineData("tokenizer.json", """{"model":{"vocab":{"[PAD]":0}}}""", "model.vocab lacks [UNK], which vocab.txt")]
    [InlineData("special_tokens_map.json", """{"cls_token":"<s>"}""", "vocab.txt lacks <s>, the cls_token")]
    [InlineData("special_tokens_map.json", """{"cls_token":7}""", "cls_token is 7, neither a text nor an object")]
    [InlineData("tokenizer_config.json", """{"do_basic_tokenize":false}""", "do_basic_tokenize is false")]
    [InlineData(
        "tokenizer_config.json", """{"tokenizer_class":"BertJapaneseTokenizer"}""",
        "tokenizer_class is BertJapaneseTokenizer; only BertTokenizer and BertTokenizerFast")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder":{"x":{"content":"a"}}}""", "x is not the number")]
    [InlineData("tokenizer_config.json", "version https://git-lfs.github.com/spec/v1\n", "run `git lfs pull`")]
    [InlineData("vocab.txt", "version https://git-lfs.github.com/spec/v1\n", "run `git lfs pull`")]
    [InlineData("vocab.txt", "", "vocab.txt is empty")]
    public void A_file_that_does_not_fit_is_refused_with_the_reason(string file, string content, string reason)
    {
        bert.Config["vocab_size"] = 18;
        var path = Write((file, content));
        var message = Assert.Throws<UnusableModelException>(() => ToyBert.TokensOf(path)).Message;
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain(path, message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_class_of_the_tokenizer_may_be_in_the_configuration_of_the_model()
    {
        bert.Config["tokenizer_class"] = "BertJapaneseTokenizer";
        Assert.Contains(
            "config.json: tokenizer_class is BertJapaneseTokenizer",
            Assert.Throws<UnusableModelException>(bert.WriteTokens).Message, StringComparison.Ordinal);
        bert.Tokenizer["tokenizer_class"] = "BertTokenizerFast";
        bert.Config["tokenizer_class"] = "BertTokenizer";
        Assert.Equal("a", Joined("a"));
    }

    [Fact]
    public void A_vocabulary_that_is_not_utf_8_is_refused()
    {
        var path = bert.Write();
        File.AppendAllText(Path.Combine(path, "vocab.txt"), "café", System.Text.Encoding.Latin1);
        Assert.Contains(
            "vocab.txt is not UTF-8", Assert.Throws<UnusableModelException>(() => ToyBert.TokensOf(path)).Message,
            StringComparison.Ordinal);
    }

    private string Write((string Name, string Content) file)
    {
        var path = bert.Write();
        File.WriteAllText(Path.Combine(path, file.Name), file.Content);
        return path;
    }

    private string Joined(string text) => Joined(text, bert.Write());

    private static string Joined(string text, string path)
    {
        var tokens = ToyBert.TokensOf(path);
        return string.Join(' ', tokens.Pieces(text).Select(id => tokens.Vocabulary[id]));
    }
}
