using PieService.Worker.Models;
using PieService.Worker.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Models;

public sealed class TextsOnDeviceTests : IDisposable
{
    private const int Pad = 9;

    private readonly DisposeScope scope = NewDisposeScope();
    private readonly TextsOnDevice texts = Of([[1, 2, 3], [], [4], [5, 6]]);

    public void Dispose()
    {
        texts.Dispose();
        scope.Dispose();
    }

    [Fact]
    public void A_batch_has_the_tokens_of_its_examples_and_pads_after_their_ends()
    {
        var (ids, inside) = Padded([3, 0, 1], from: 0, count: 3, timeFirst: false);

        Assert.Equal([5, 6, Pad, 1, 2, 3, Pad, Pad, Pad], ids);
        Assert.Equal([true, true, false, true, true, true, false, false, false], inside);
    }

    [Fact]
    public void A_batch_can_have_the_time_first()
    {
        var (ids, inside) = Padded([3, 0, 1], from: 0, count: 3, timeFirst: true);

        Assert.Equal([5, 1, Pad, 6, 2, Pad, Pad, 3, Pad], ids);
        Assert.Equal([true, true, false, true, true, false, false, true, false], inside);
    }

    [Fact]
    public void Batches_are_consecutive_parts_of_an_order_and_as_long_as_their_longest_text()
    {
        // The last text is read beyond its end, and so beyond the last token of the split.
        var (ids, _) = Padded([0, 1, 2, 3], from: 2, count: 2, timeFirst: false);

        Assert.Equal([4, Pad, 5, 6], ids);
    }

    [Fact]
    public void A_batch_of_empty_texts_has_one_pad_each() =>
        Assert.Equal([Pad], Padded([1], from: 0, count: 1, timeFirst: false).Ids);

    [Fact]
    public void A_model_may_pad_texts_to_more_tokens_than_any_text_has()
    {
        using var longer = new TextsOnDevice([new(new[] { 1 })], null, Pad, CPU, longestRead: 4);
        using var order = longer.InOrder([0]);

        Assert.Equal([1, Pad, Pad, Pad], longer.Padded(order.Batch(0, 1).Examples, 4, false).Ids.data<int>());
    }

    [Fact]
    public void Tokens_are_the_numbers_that_the_model_reads_for_them()
    {
        using var mapped = new TextsOnDevice([new(new[] { 2, 0 })], numberOf: [70, 71, 72], Pad, CPU);
        using var order = mapped.InOrder([0]);

        Assert.Equal([72, 70], mapped.Padded(order.Batch(0, 1).Examples, 2, false).Ids.data<int>());
    }

    [Fact]
    public void A_split_is_copied_to_the_device_once_and_freed_with_its_model()
    {
        var split = Toy.Dataset().Split(TokenisedDataset.Test);
        TextsOnDevice first;
        using (var toy = new ToyModel())
        {
            first = toy.Model.OnDevice(split);
            Assert.Same(first, toy.Model.OnDevice(split));
            Assert.Equal(DeviceType.CPU, first.Device.type);
        }
        Assert.ThrowsAny<InvalidOperationException>(() => first.Device);
    }

    private (int[] Ids, bool[] Inside) Padded(int[] examples, int from, int count, bool timeFirst)
    {
        using var order = texts.InOrder(examples);
        var batch = order.Batch(from, count);
        var padded = texts.Padded(batch.Examples, batch.Longest, timeFirst);
        return ([.. padded.Ids.contiguous().data<int>()], [.. padded.Inside.contiguous().data<bool>()]);
    }

    private static TextsOnDevice Of(int[][] tokens) =>
        new(tokens.Select(text => new TextInput(text)), numberOf: null, Pad, CPU);
}
