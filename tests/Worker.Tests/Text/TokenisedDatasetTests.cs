using PieService.Worker.Text;
using PieService.Worker.Training;

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
        Assert.Equal([0, 1, 0], dataset.Split("train").Text(0).ToArray());
        Assert.Equal(0, dataset.Split("train").Length(1));
    }

    [Fact]
    public void A_truncated_split_reads_the_beginning_of_its_texts()
    {
        var split = Small().Split("train").Truncated(2);
        Assert.Equal([0, 1], split.Text(0).ToArray());
        Assert.Equal(2, split.Length(0));
    }

    [Fact]
    public void What_is_saved_is_loaded()
    {
        var dataset = Small();
        dataset.Save(folder["tokens"]);
        var loaded = TokenisedDataset.Load(folder["tokens"]);

        Assert.Equal(("hash", 3), (loaded.ContentHash, loaded.ClassCount));
        Assert.Equal(dataset.Vocabulary, loaded.Vocabulary);
        Assert.Equal(dataset.VocabularyHash, loaded.VocabularyHash);
        Assert.Equal(dataset.TrainCounts(9), loaded.TrainCounts(9));
        foreach (var split in new[] { "train", "validation", "test" })
        {
            Assert.Equal(dataset.Split(split).Tokens, loaded.Split(split).Tokens);
            Assert.Equal(dataset.Split(split).Offsets, loaded.Split(split).Offsets);
            Assert.Equal(dataset.Split(split).Labels, loaded.Split(split).Labels);
        }
    }

    [Fact]
    public void A_split_without_examples_is_empty() => Assert.Equal(0, Small().Split("validation").Count);

    [Fact]
    public void A_label_outside_the_classes_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new TokenisedDataset.Builder("hash", 2).Add("train", ["a"], 2));

    [Fact]
    public void A_file_with_unknown_words_is_refused()
    {
        Small().Save(folder["tokens"]);
        var file = SafeTensors.Read(folder["tokens"]);
        file.Get<int>("test.tokens")[0] = 99;
        file.Write(folder["tokens"]);
        Assert.Throws<InvalidDataException>(() => TokenisedDataset.Load(folder["tokens"]));
    }

    private static TokenisedDataset Small()
    {
        var builder = new TokenisedDataset.Builder("hash", 3);
        builder.Add("train", ["b", "a", "b"], 0);
        builder.Add("train", [], 2);
        builder.Add("test", ["é", "c"], 1);
        return builder.Build();
    }
}
