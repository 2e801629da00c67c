namespace PieService.GpuCheck;

/// <summary>What the checks found; the script merges it with the speeds of PyTorch.</summary>
/// <param name="Device">The device, such as cuda:0.</param>
/// <param name="Library">The tensor library with its version.</param>
/// <param name="Sizes">The sizes of the trainings whose speed was measured.</param>
internal sealed record Report(
    string Device, string Library, Sizes Sizes, IReadOnlyList<Step> Steps, IReadOnlyList<Speed> Speeds);

/// <param name="State">passed, failed or skipped.</param>
/// <param name="Detail">What was compared, with the largest deviation, or the reason.</param>
internal sealed record Step(string Name, string State, string Detail, double Seconds);

/// <param name="Name">The model and the numbers of its products, such as BERT bf16.</param>
/// <param name="Error">Why it was not measured; null if it was.</param>
internal sealed record Speed(string Name, double? TokensPerSecond, string? Error = null);

/// <summary>The sizes of a training whose speed is measured.</summary>
/// <param name="Width">The inputs of the BiLSTM, or the width of the BERT.</param>
/// <param name="Units">The units of the BiLSTM in each direction, or the inner width of the BERT.</param>
/// <param name="Layers">2 for the BiLSTM.</param>
internal sealed record ModelSizes(int Batch, int Tokens, int Words, int Width, int Units, int Layers, int Heads = 0);

/// <param name="Seconds">The time of a measurement, after its first steps.</param>
internal sealed record Sizes(ModelSizes BiLstm, ModelSizes Bert, double Seconds)
{
    /// <summary>
    /// SNLI in the study: a BiLSTM with batches of 4,096 texts of about 32 words, and a bert-base; its batch is that of
    /// IMDB, so that it fits into 16 GiB.
    /// </summary>
    public static Sizes Study { get; } = new(
        new(4096, 32, 20_000, 300, 100, 2), new(32, 128, 30_522, 768, 3072, 12, 12), Seconds: 8);

    public static Sizes Small { get; } =
        new(new(32, 8, 500, 20, 10, 2), new(8, 16, 500, 32, 64, 2, 4), Seconds: 0.5);
}
