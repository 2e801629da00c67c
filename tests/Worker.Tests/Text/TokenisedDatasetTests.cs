using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Worker.Files;
using PieService.Worker.Tests.Models;
using PieService.Worker.Text;

namespace PieService.Worker.Tests.Text;

public sealed class TokenisedDatasetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Words_are_numbered_as_they_first_appear_and_counted_in_train()
    {
        var dataset = Small();
        Assert.Equal(["b", "a", "é", "c"], dataset.Vocabulary);
        Assert.Equal([2, 1, 0, 0], dataset.TrainCounts(maxLength: 3));
        Assert.Equal([1, 1, 0, 0], dataset.TrainCounts(maxLength: 2));
        Assert.Equal([0, 1, 0], dataset.Split("train").Text(0).Tokens.ToArray());
        Assert.Equal(0, dataset.Split("train").Length(1));
    }

    [Fact]
    public void A_truncated_split_reads_the_beginning_of_its_texts()
    {
        var split = Small().Split("train").Truncated(2);
        Assert.Equal([0, 1], split.Text(0).Tokens.ToArray());
        Assert.Equal(2, split.Length(0));
    }

    [Fact]
    public void A_saved_dataset_is_loaded_unchanged()
    {
        AssertIsLoaded(Small(), LearningTask.SingleLabel, classCount: 3);
        AssertIsLoaded(MultiLabel(), LearningTask.MultiLabel, classCount: 10);
    }

    private void AssertIsLoaded(TokenisedDataset dataset, LearningTask task, int classCount)
    {
        dataset.Save(folder["tokens"]);
        var loaded = TokenisedDataset.Load(folder["tokens"]);

        Assert.Equal(("hash", task, classCount), (loaded.ContentHash, loaded.Task, loaded.ClassCount));
        Assert.Equal(dataset.Vocabulary, loaded.Vocabulary);
        Assert.Equal(dataset.VocabularyHash, loaded.VocabularyHash);
        Assert.Equal(dataset.TrainCounts(9), loaded.TrainCounts(9));
        foreach (var split in new[] { "train", "validation", "test" })
        {
            Assert.Equal(dataset.Split(split).Tokens, loaded.Split(split).Tokens);
            Assert.Equal(dataset.Split(split).Offsets, loaded.Split(split).Offsets);
            Assert.Equal(dataset.Split(split).Labels.Bytes, loaded.Split(split).Labels.Bytes);
        }
    }

    [Fact]
    public void A_split_without_examples_is_empty() => Assert.Equal(0, Small().Split("validation").Count);

    [Fact]
    public void A_label_outside_the_classes_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new TokenisedDatasetBuilder("hash", 2).Add("train", ["a"], 2));

    [Fact]
    public void A_file_with_unknown_words_is_refused()
    {
        Small().Save(folder["tokens"]);
        var file = SafeTensors.Read(folder["tokens"]);
        file.Get<int>("test.tokens")[0] = 99;
        file.Write(folder["tokens"]);
        Assert.Throws<InvalidDataException>(() => TokenisedDataset.Load(folder["tokens"]));
    }

    [Theory]
    [InlineData("task", "C > 4")]
    [InlineData("classCount", "9")]
    public void A_file_whose_task_or_classes_do_not_fit_its_labels_is_refused(string key, string value)
    {
        MultiLabel().Save(folder["tokens"]);
        var file = SafeTensors.Read(folder["tokens"]);
        file.Metadata[key] = value;
        file.Write(folder["tokens"]);
        Assert.Throws<InvalidDataException>(() => TokenisedDataset.Load(folder["tokens"]));
    }

    [Fact]
    public void Selected_examples_keep_their_texts_and_labels()
    {
        var split = MultiLabel().Split("train").Select([2, 0]);
        Assert.Equal(2, split.Count);
        Assert.Equal([0], split.Text(0).Tokens.ToArray());
        Assert.Equal([0, 1, 0], split.Text(1).Tokens.ToArray());
        Assert.Equal([9], split.Labels.ClassesAt(0));
        Assert.Equal([0, 8], split.Labels.ClassesAt(1));
    }

    [Fact]
    public void Pieces_are_saved_with_the_tokenizer_and_the_starts_of_second_texts()
    {
        using var bert = new ToyBert();
        var tokens = bert.WriteTokens();
        Pairs(tokens).Save(folder["tokens"]);
        var loaded = TokenisedDataset.Load(folder["tokens"]);

        Assert.Equal((tokens.Sha256, true), (loaded.Tokenizer, loaded.HasPairs));
        Assert.Equal(bert.Vocabulary, loaded.Vocabulary);
        Assert.Equal(
            [.. tokens.Pieces("unable cafe"), .. tokens.Pieces("a"), .. tokens.Pieces("a + b"),
                .. tokens.Pieces("cafe")], loaded.Split("train").Tokens);
        Assert.Equal([3, TokenisedSplit.NoSecond, 1], loaded.Split("train").SecondStarts!);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(4)]
    public void A_second_text_that_begins_outside_of_its_text_is_refused(int start)
    {
        using var bert = new ToyBert();
        Pairs(bert.WriteTokens()).Save(folder["tokens"]);
        var file = SafeTensors.Read(folder["tokens"]);
        file.Get<int>("train.secondStarts")[1] = start;
        file.Write(folder["tokens"]);
        Assert.Contains(
            "second texts", Assert.Throws<InvalidDataException>(() => TokenisedDataset.Load(folder["tokens"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_pair_is_two_texts_with_token_types_in_protocol_sound_and_one_text_in_protocol_paper()
    {
        using var bert = new ToyBert();
        var tokens = bert.WriteTokens();
        var (pieces, cls, sep) = (Pairs(tokens).Split("train"), tokens.Start, tokens.Separator);
        var (first, second) = (tokens.Pieces("unable cafe"), tokens.Pieces("a + b"));
        var (sound, paper) =
            (BertInput.Of(pieces, tokens, Protocol.Sound, 10), BertInput.Of(pieces, tokens, Protocol.Paper, 10));

        AssertInput([cls, .. first, sep, .. tokens.Pieces("a"), sep], first.Length + 2, sound.Text(0));
        AssertInput([cls, .. first, sep, .. tokens.Pieces("a"), sep], first.Length + 4, paper.Text(0));
        AssertInput([cls, .. second, sep], 5, sound.Text(1));
        AssertInput([cls, .. tokens.Pieces("cafe"), sep, sep], 3, sound.Text(2));
        AssertInput([cls, .. first[..2], sep], 4, BertInput.Of(pieces, tokens, Protocol.Paper, 4).Text(0));
        AssertInput(
            [cls, .. first[..1], sep, .. tokens.Pieces("a"), sep], 3,
            BertInput.Of(pieces, tokens, Protocol.Sound, 5).Text(0));

        static void AssertInput(int[] ids, int secondStart, TextInput input)
        {
            Assert.Equal(ids, input.Tokens.ToArray());
            Assert.Equal(secondStart, input.SecondStart);
        }
    }

    private static TokenisedDataset MultiLabel()
    {
        var builder = new TokenisedDatasetBuilder("hash", 10, task: LearningTask.MultiLabel);
        builder.Add("train", ["b", "a", "b"], [8, 0]);
        builder.Add("train", [], []);
        builder.Add("train", ["b"], [9]);
        builder.Add("test", ["é"], [1, 2, 3]);
        return builder.Build();
    }

    /// <summary>A pair, a text, and a pair whose second text is empty.</summary>
    private static TokenisedDataset Pairs(WordPiece tokens)
    {
        var builder = new TokenisedDatasetBuilder("hash", 2, tokens);
        builder.Add("train", "unable cafe", "a", 0);
        builder.Add("train", "a + b", null, 1);
        builder.Add("train", "cafe", "", 1);
        builder.Add("test", "b", null, 0);
        return builder.Build();
    }

    private static TokenisedDataset Small()
    {
        var builder = new TokenisedDatasetBuilder("hash", 3);
        builder.Add("train", ["b", "a", "b"], 0);
        builder.Add("train", [], 2);
        builder.Add("test", ["é", "c"], 1);
        return builder.Build();
    }
}
