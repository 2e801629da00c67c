using PieService.Domain.Predictions;
using PieService.Domain.Runs;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Arithmetic;

/// <summary>
/// Checks the stored form of scores: rounded to 11 significant bits, ties to even; a number beyond the range becomes
/// the largest float16.
/// </summary>
internal sealed class Float16Check()
    : ArithmeticCheck("packing as float16", FormattableString.Invariant($"{Values.Length} scores"))
{
    private const double Largest = 65504;
    private const int StoredBits = 10;

    private static readonly float[] Values =
        [0, 1, -1, 0.1f, -7.77f, 1.00048828125f, 1.00146484375f, 3.14159274f, 1023.7f, -2049, 2051, 65503, 65519, 1e6f,
            -1e30f];

    public override IEnumerable<ArithmeticDeviation> Deviations(Device device)
    {
        var scores = new SplitLogits("test", PackedLabels.OfClasses(Values.Length, 0));
        Values.CopyTo(scores.Logits, 0);
        var stored = PackedPredictions.Scores(scores.Pack(threshold: null).Scores);
        return [Compare("rounded scores", stored, Array.ConvertAll(Values, value => Rounded(value)), tolerance: 0)];
    }

    private static double Rounded(double value)
    {
        if (value == 0 || Math.Abs(value) >= Largest) return Math.Clamp(value, -Largest, Largest);
        var unit = Math.Pow(2, Math.Floor(Math.Log2(Math.Abs(value))) - StoredBits);
        return Math.Round(value / unit, MidpointRounding.ToEven) * unit;
    }
}
