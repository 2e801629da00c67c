using PieService.Worker.Text;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PieService.Bench;

/// <summary>The baseline: the same model with torch's packed sequences.</summary>
internal sealed class PackedBiLstm : nn.Module
{
    private readonly Tensor table;
    private readonly LSTM lstm;
    private readonly Linear l1, l2, fc;

    public PackedBiLstm(Tensor table, int hidden, int classes) : base(nameof(PackedBiLstm))
    {
        this.table = table;
        lstm = nn.LSTM(table.size(1), hidden, numLayers: 2, bidirectional: true);
        l1 = nn.Linear(2 * hidden, 256);
        l2 = nn.Linear(256, 128);
        fc = nn.Linear(128, classes);
        RegisterComponents();
    }

    public Tensor Logits(IReadOnlyList<TextInput> texts)
    {
        var lengths = tensor(texts.Select(text => (long)text.Tokens.Length).ToArray());
        var padded = nn.utils.rnn
            .pad_sequence(
                texts.Select(
                    text => table.index_select(0, tensor(text.Tokens.ToArray().Select(word => (long)word).ToArray()))));
        // (4, B, H)
        var (_, states, _) = lstm.call(nn.utils.rnn.pack_padded_sequence(padded, lengths, enforce_sorted: false));
        var readOut = cat([states[2], states[3]], dim: 1);  // (B, 2H)
        return fc.call(nn.functional.relu(l2.call(nn.functional.relu(l1.call(readOut)))));
    }
}
