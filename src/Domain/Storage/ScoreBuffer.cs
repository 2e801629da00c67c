using PieService.Domain.Predictions;

namespace PieService.Domain.Storage;

/// <summary>The scores of one run at a time; each call overwrites those of the call before.</summary>
internal sealed class ScoreBuffer
{
    private float[] scores = [];

    public float[] Unpack(byte[] packed)
    {
        if (scores.Length != packed.Length / 2) scores = new float[packed.Length / 2];
        PackedPredictions.Scores(packed, scores);
        return scores;
    }
}
