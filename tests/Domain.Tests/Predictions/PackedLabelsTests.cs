using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Predictions;

public class PackedLabelsTests
{
    [Fact]
    public void Classes_are_little_endian_uint16() =>
        Assert.Equal([1, 2, 0, 0], PackedLabels.OfClasses(600, 513, 0).Bytes);

    [Fact]
    public void A_set_has_a_bit_for_each_class_lowest_first()
    {
        var labels = PackedLabels.Of(LearningTask.MultiLabel, 10, [[0, 9], [], [7, 8]]);

        Assert.Equal([0b1, 0b10, 0, 0, 0b10000000, 0b1], labels.Bytes);
        Assert.Equal(3, labels.Count);
        Assert.Equal([7, 8], labels.ClassesAt(2));
        Assert.True(labels.Has(0, 9));
        Assert.False(labels.Has(0, 8));
    }

    [Fact]
    public void Votes_are_counted_by_class()
    {
        var votes = new int[10];
        var labels = PackedLabels.Of(LearningTask.MultiLabel, 10, [[0, 9], [9]]);
        labels.Vote(0, votes);
        labels.Vote(1, votes);
        Assert.Equal([1, 0, 0, 0, 0, 0, 0, 0, 0, 2], votes);
    }

    [Fact]
    public void Labels_that_do_not_fit_the_task_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PackedLabels.OfClasses(2, 2));
        Assert.Throws<ArgumentException>(() => PackedLabels.Of(LearningTask.SingleLabel, 2, [[]]));
        Assert.Throws<ArgumentException>(() => PackedLabels.Of(LearningTask.SingleLabel, 2, [[0, 1]]));
        Assert.Throws<ArgumentException>(() => new PackedLabels(LearningTask.MultiLabel, 10, new byte[3]));
    }

    [Fact]
    public void Bits_beyond_the_classes_are_detected()
    {
        Assert.True(new PackedLabels(LearningTask.MultiLabel, 10, [0xFF, 0b11]).AreInRange());
        Assert.False(new PackedLabels(LearningTask.MultiLabel, 10, [0, 0b100]).AreInRange());
        Assert.True(new PackedLabels(LearningTask.MultiLabel, 8, [0xFF]).AreInRange());
        Assert.False(new PackedLabels(LearningTask.SingleLabel, 3, [3, 0]).AreInRange());
    }
}
