using PieService.Worker.Text;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>
/// The study's BiLSTM, complete in this file: word vectors, two bidirectional LSTM layers, three linear
/// layers. In protocol sound a text's result does not depend on its batch: the forward state is read at
/// the text's last word, and the backward direction starts there. In protocol paper every text is padded to one length,
/// as in the published code, and pads are read like words.
/// </summary>
/// <remarks>
/// A batch is padded at the end, and each direction runs from the beginning of its input: the input of the backward
/// direction is every text reversed within its own length. So pads follow the words in both layers. This equals torch's
/// packed sequences, which take more than twice the time on the CPU (docs/decisions/0008): their backward pass fills a
/// gradient of the whole batch at every time step.
/// </remarks>
public sealed class BiLstmClassifier : Classifier
{
    private const int FirstWidth = 256, SecondWidth = 128;

    private readonly InputVectors input;
    private readonly int? paddedLength;
    private readonly LstmLayers lstm;
    private readonly Linear l1, l2, fc;
    private readonly Embedding? embedding;
    private readonly Tensor? vectors;

    /// <param name="hiddenSize">H, units per direction.</param>
    /// <param name="paddedLength">T, the number of words to which every text is padded; null if each text keeps its own
    /// length.</param>
    /// <remarks>Initial weights are torch's defaults, drawn on the CPU for every device: seed torch before the
    /// call.</remarks>
    public BiLstmClassifier(InputVectors input, int hiddenSize, int classCount, Device device, int? paddedLength = null)
        : base(nameof(BiLstmClassifier))
    {
        (this.input, Device, this.paddedLength, ClassCount) = (input, device, paddedLength, classCount);
        // Names and order are those of the published model; the embedding, which that model does not have, comes last.
        register_module("lstm", lstm = new LstmLayers(input.Dimensions, hiddenSize, device));
        register_module("l1", l1 = nn.Linear(2 * hiddenSize, FirstWidth).to(device));
        register_module("l2", l2 = nn.Linear(FirstWidth, SecondWidth).to(device));
        register_module("fc", fc = nn.Linear(SecondWidth, classCount).to(device));
        if (input.Frozen is not null) vectors = tensor(input.Frozen, [input.Rows, input.Dimensions], device: device);
        else register_module(
            "embedding", embedding = nn.Embedding(input.Rows, input.Dimensions, padding_idx: 0).to(device));
    }

    public override int ClassCount { get; }

    public override Device Device { get; }

    public override Tensor Logits(TextBatch texts)
    {
        var batch = PaddedBatch.Of(texts, paddedLength);
        var forward = Embed(batch.Rows);                                                            // (T B, D)
        var backward = forward.index_select(0, batch.Reversal);
        var readOut = lstm.Run(forward, backward, batch.Reversal, batch.Ends, batch.Longest);       // (B, 2H)
        return fc.call(nn.functional.relu(l2.call(nn.functional.relu(l1.call(readOut)))));          // 256, 128, (B, C)
    }

    protected internal override TextsOnDevice Place(IEnumerable<TextInput> texts) =>
        new(texts, input.RowOfWord, input.PadRow, Device, paddedLength ?? 1);

    /// <summary>All weights except the embedding and the last layer, never biases.</summary>
    public override bool IsPrunable(string parameter) =>
        parameter.Contains("weight", StringComparison.Ordinal) && parameter is not ("embedding.weight" or "fc.weight");

    protected override void Dispose(bool disposing)
    {
        if (disposing) vectors?.Dispose();
        base.Dispose(disposing);
    }

    private Tensor Embed(Tensor rows) => embedding is null ? vectors!.index_select(0, rows) : embedding.call(rows);

    /// <summary>Texts side by side, time first: the word t of text b is in row t B + b.</summary>
    /// <param name="Longest">T, the number of words of the longest text.</param>
    /// <param name="Rows">T B rows of the embedding; after the end of a text the row of the pad.</param>
    /// <param name="Reversal">T B: the row that takes this place when every text is reversed and its pads stay. It is
    /// its own inverse.</param>
    /// <param name="Ends">B: the row of each text's last word, or last pad.</param>
    private sealed record PaddedBatch(int Longest, Tensor Rows, Tensor Reversal, Tensor Ends)
    {
        public static PaddedBatch Of(TextBatch texts, int? paddedLength)
        {
            var longest = paddedLength ?? texts.Longest;                                            // empty: one pad
            var padded = texts.Texts.Padded(texts.Examples, longest, timeFirst: true);
            // The scalars are kept while native code reads them.
            using Scalar zero = 0, one = 1, count = texts.Count;
            var columns = texts.Texts.Numbers(texts.Count);                                         // (B)
            var rows = padded.Times.mul(count);                                                     // (T, 1)
            var lasts = paddedLength is null
                ? padded.Lengths.sub(one).clamp_min_(zero).mul_(count) : rows[longest - 1];         // (B) or (1)
            var ends = lasts.add(columns, one);
            var reversal = ends.sub(rows);                                                          // (T, B)
            if (paddedLength is null) reversal = where(padded.Inside, reversal, rows.add(columns, one));
            return new(longest, padded.Ids.view(-1), reversal.view(-1), ends);
        }
    }

    /// <summary>
    /// Two bidirectional layers, made of four LSTMs of one direction, with the parameters of torch's single module.
    /// </summary>
    private sealed class LstmLayers : nn.Module
    {
        private readonly LSTM forward0, backward0, forward1, backward1;

        public LstmLayers(int inputSize, int hiddenSize, Device device) : base(nameof(LstmLayers))
        {
            // The order is that in which torch draws the weights.
            forward0 = Direction("l0", inputSize);
            backward0 = Direction("l0_reverse", inputSize);
            forward1 = Direction("l1", 2 * hiddenSize);
            backward1 = Direction("l1_reverse", 2 * hiddenSize);

            LSTM Direction(string suffix, int width)
            {
                var lstm = nn.LSTM(width, hiddenSize).to(device);
                foreach (var (name, parameter) in lstm.named_parameters())
                    register_parameter(name.Replace("l0", suffix, StringComparison.Ordinal), parameter);
                return lstm;
            }
        }

        /// <param name="forward">(T B, D).</param>
        /// <param name="backward">(T B, D), each text reversed.</param>
        /// <param name="ends">B: the row of each text's last word. In reversed order it is the first word.</param>
        /// <returns>(B, 2H): the last states of both directions of the upper layer.</returns>
        public Tensor Run(Tensor forward, Tensor backward, Tensor reversal, Tensor ends, int longest)
        {
            // (T B, H)
            (forward, backward) = (States(forward0, forward, longest), States(backward0, backward, longest));
            return cat(
            [
                States(forward1, cat([forward, backward.index_select(0, reversal)], dim: 1), longest)
                    .index_select(0, ends),
                States(backward1, cat([forward.index_select(0, reversal), backward], dim: 1), longest)
                    .index_select(0, ends),
            ], dim: 1);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                foreach (var lstm in new[] { forward0, backward0, forward1, backward1 }) lstm.Dispose();
            base.Dispose(disposing);
        }

        /// <summary>The hidden states (T B, H) over a batch (T B, D).</summary>
        private static Tensor States(LSTM lstm, Tensor sequence, int longest) =>
            LstmStates.Of(lstm, sequence.view(longest, -1, sequence.size(1)));
    }
}
