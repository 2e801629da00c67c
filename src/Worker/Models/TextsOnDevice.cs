using PieService.Worker.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>
/// The texts of a split on a model's device. Batches are made there of tokens that were copied once, so a training step
/// neither builds arrays on the host nor copies them.
/// </summary>
public sealed class TextsOnDevice : IDisposable
{
    private readonly int[] lengths;
    private readonly Tensor tokens, starts, sizes, seconds, numbers, pad;

    /// <param name="texts">The N texts, as the model reads them.</param>
    /// <param name="numberOf">The number that the model reads for each token; null if it reads the token
    /// itself.</param>
    /// <param name="padNumber">The number that the model reads after the end of a text.</param>
    /// <param name="longestRead">The number of tokens to which the model may pad a text, if it is more than the longest
    /// text has.</param>
    internal TextsOnDevice(
        IEnumerable<TextInput> texts, int[]? numberOf, int padNumber, Device device, int longestRead = 1)
    {
        var (all, lengthOf, startOf, secondOf) = (new List<int>(), new List<int>(), new List<long>(), new List<long>());
        foreach (var text in texts)
        {
            startOf.Add(all.Count);
            lengthOf.Add(text.Tokens.Length);
            secondOf.Add(text.SecondStart);
            foreach (var token in text.Tokens.Span) all.Add(numberOf is null ? token : numberOf[token]);
        }
        lengths = [.. lengthOf];
        var longest = Math.Max(longestRead, lengths.Length == 0 ? 0 : lengths.Max());
        // A batch reads as many tokens of each text as the longest has, also after the end of the last text.
        all.AddRange(Enumerable.Repeat(padNumber, longest));

        tokens = Kept(tensor(all.ToArray(), device: device));
        starts = Kept(tensor(startOf.ToArray(), device: device));
        sizes = Kept(tensor(Array.ConvertAll(lengths, length => (long)length), device: device));
        seconds = Kept(tensor(secondOf.ToArray(), device: device));
        numbers = Kept(tensor(
            Enumerable.Range(0, Math.Max(longest, lengths.Length)).Select(number => (long)number).ToArray(),
            device: device));
        pad = Kept(tensor(padNumber, ScalarType.Int32, device));

        static Tensor Kept(Tensor made) => made.DetachFromDisposeScope();
    }

    /// <summary>These examples in this order, copied to the device once for all batches of it.</summary>
    public TextOrder InOrder(IEnumerable<int> examples) => new(this, [.. examples]);

    /// <summary>The length of the longest of some texts; at least 1.</summary>
    internal int Longest(ReadOnlySpan<int> examples)
    {
        var longest = 1;
        foreach (var example in examples) longest = Math.Max(longest, lengths[example]);
        return longest;
    }

    internal Device Device => tokens.device;

    /// <summary>The tokens of texts, padded at the end.</summary>
    /// <param name="examples">(B), Int64, on the device.</param>
    /// <param name="longest">T, the number of tokens to which each text is padded.</param>
    /// <param name="timeFirst">Whether the shape is (T, B) instead of (B, T).</param>
    internal PaddedTexts Padded(Tensor examples, int longest, bool timeFirst)
    {
        var times = Numbers(longest);                                                               // (T)
        if (timeFirst) times = times.unsqueeze(1);                                                  // (T, 1)
        var ends = Across(sizes.index_select(0, examples));                                         // (B) or (B, 1)
        var inside = times.less(ends);
        using Scalar one = 1;
        var places = times.add(Across(starts.index_select(0, examples)), one);
        var ids = where(inside, tokens.index_select(0, places.view(-1)).view(places.shape), pad);
        return new(ids, inside, times, ends);

        Tensor Across(Tensor ofText) => timeFirst ? ofText : ofText.unsqueeze(1);
    }

    /// <summary>The first token of each second text, (B, 1); the number of tokens if there is none.</summary>
    internal Tensor SecondStarts(Tensor examples) => seconds.index_select(0, examples).unsqueeze(1);

    /// <summary>0, 1, 2, …, of that count, Int64.</summary>
    internal Tensor Numbers(int count) => numbers.narrow(0, 0, count);

    public void Dispose()
    {
        foreach (var made in new[] { tokens, starts, sizes, seconds, numbers, pad }) made.Dispose();
    }
}

/// <summary>Padded texts on a device, each of shape (T, B) or (B, T).</summary>
/// <param name="Ids">The numbers that the model reads, Int32.</param>
/// <param name="Inside">Whether a place is not a pad, Bool.</param>
/// <param name="Times">0 to T - 1, along T.</param>
/// <param name="Lengths">The number of tokens of each text, along B.</param>
internal sealed record PaddedTexts(Tensor Ids, Tensor Inside, Tensor Times, Tensor Lengths);
