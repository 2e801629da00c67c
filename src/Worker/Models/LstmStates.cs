using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>The hidden states of a one-layer LSTM, always computed by the kernel that also trains it.</summary>
/// <remarks>
/// If gradients are off, oneDNN runs another kernel. On virtual machines that report no cache sizes that kernel gives
/// wrong states for hidden sizes that are not a multiple of 32 (uxlfoundation/oneDNN#5313, pytorch/pytorch#173922): the
/// training would be correct and the predictions wrong. So gradients are on during the call, and a caller with
/// gradients off receives states without a graph, whose memory is freed when this returns. The time is the same:
/// docs/decisions/0012-one-lstm-kernel.md.
/// </remarks>
internal static class LstmStates
{
    /// <param name="lstm">An LSTM of one layer, one direction, H units.</param>
    /// <param name="sequence">(T, B, D), time first.</param>
    /// <returns>(T B, H): the state after word t of text b is in row t B + b.</returns>
    public static Tensor Of(LSTM lstm, Tensor sequence)
    {
        if (is_grad_enabled()) return lstm.call(sequence).Item1.flatten(0, 1);

        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        return lstm.call(sequence).Item1.flatten(0, 1).detach().MoveToOuterDisposeScope();
    }
}
