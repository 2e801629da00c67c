using PieService.Domain;
using PieService.Domain.Predictions;
using PieService.Worker.Text;
using PieService.Worker.Training;

namespace PieService.Worker.Tests.Training;

public class BatchOrderTests
{
    private readonly TokenisedSplit split = RandomLengths(1003);

    [Fact]
    public void Every_example_occurs_once_and_one_batch_is_smaller()
    {
        var batches = BatchOrder.ForTraining(split, 10, seed: 1, epoch: 0);
        Assert.Equal(Enumerable.Range(0, 1003), batches.SelectMany(batch => batch).Order());
        Assert.Equal([3], batches.Select(batch => batch.Length).Where(length => length != 10));
    }

    [Fact]
    public void The_order_depends_on_seed_and_epoch_alone()
    {
        int[] Order(int seed, int epoch) =>
            [.. BatchOrder.ForTraining(split, 10, seed, epoch).SelectMany(batch => batch)];
        Assert.Equal(Order(1, 0), Order(1, 0));
        Assert.NotEqual(Order(1, 0), Order(1, 1));
        Assert.NotEqual(Order(1, 0), Order(2, 0));
    }

    [Fact]
    public void Texts_of_a_batch_are_of_similar_length_and_the_batches_are_not_sorted()
    {
        var batches = BatchOrder.ForTraining(split, 10, seed: 1, epoch: 0);
        // Without sorting, the lengths of ten texts would differ by about 50 tokens; a window of 12 batches reduces
        // that to a twelfth.
        Assert.InRange(batches.Average(batch => batch.Max(split.Length) - batch.Min(split.Length)), 0, 6);
        Assert.NotEqual(
            batches.Select(batch => split.Length(batch[0])).Order(), batches.Select(batch => split.Length(batch[0])));
    }

    [Fact]
    public void A_plain_shuffle_contains_every_example_once_and_ignores_the_lengths()
    {
        var batches = BatchOrder.Shuffled(split, 10, seed: 1, epoch: 0);
        Assert.Equal(Enumerable.Range(0, 1003), batches.SelectMany(batch => batch).Order());
        Assert.Equal((101, 3), (batches.Count, batches[^1].Length));
        Assert.InRange(batches.Average(batch => batch.Max(split.Length) - batch.Min(split.Length)), 30, 60);
        Assert.NotEqual(batches[0], BatchOrder.Shuffled(split, 10, seed: 1, epoch: 1)[0]);
    }

    [Fact]
    public void The_batches_of_a_small_split_differ_between_epochs_too()
    {
        var small = RandomLengths(60);
        HashSet<(int, int)> Company(int epoch) =>
            [.. from batch in BatchOrder.ForTraining(small, 10, seed: 1, epoch) from a in batch from b in batch
                where a < b select (a, b)];
        var (first, second) = (Company(0), Company(1));
        // 270 of 1770 pairs share a batch; about 41 would share one in both epochs by chance.
        Assert.InRange(first.Intersect(second).Count(), 0, 90);
    }

    [Fact]
    public void Evaluation_batches_are_sorted_by_length() => Assert.Equal(
        Enumerable.Range(0, 1003).Select(split.Length).Order(),
        BatchOrder.ForEvaluation(split, 64).SelectMany(batch => batch).Select(split.Length));

    [Fact]
    public void Evaluation_batches_have_a_bounded_number_of_tokens_including_pads()
    {
        var batches = BatchOrder.ForEvaluation(split, 64, mostTokens: 300);
        Assert.Equal(Enumerable.Range(0, 1003).OrderBy(split.Length), batches.SelectMany(batch => batch));
        Assert.All(batches, batch => Assert.InRange(batch.Length * batch.Max(split.Length), 0, 300));
        Assert.All(batches, batch => Assert.InRange(batch.Length, 1, 64));
        // The batches are as large as the bounds allow.
        Assert.All(batches.Zip(batches.Skip(1)), pair =>
            Assert.True(pair.First.Length == 64 || (pair.First.Length + 1) * split.Length(pair.Second[0]) > 300));
        Assert.All(
            BatchOrder.ForEvaluation(split, 64, mostTokens: 1).Where(batch => split.Length(batch[0]) > 0),
            batch => Assert.Single(batch));
    }

    private static TokenisedSplit RandomLengths(int count)
    {
        var chance = KeyedRandom.For("lengths");
        var offsets = new long[count + 1];
        for (var i = 0; i < count; i++) offsets[i + 1] = offsets[i] + chance.NextInt(60);
        return new("train", new int[offsets[^1]], offsets, PackedLabels.OfClasses(2, new int[count]));
    }
}
