using static TorchSharp.torch;

namespace PieService.Worker.Machines;

/// <summary>
/// TF32: whether a GPU may round the factors of float32 products to 11 significant bits. The setting is that of the
/// process. By default torch allows it in cuDNN, which computes LSTMs, and forbids it in other products.
/// </summary>
internal static class Tf32
{
    public static void Allow(bool allow)
    {
        backends.cuda.matmul.allow_tf32 = allow;
        backends.cudnn.allow_tf32 = allow;
    }
}
