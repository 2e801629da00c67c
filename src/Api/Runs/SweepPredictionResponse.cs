using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;

namespace PieService.Api.Runs;

/// <summary>
/// The prediction of a run for an example. It refers to the packed predictions of its run and unpacks each value when
/// it is read: a file may have a hundred million rows, so a row is not an object.
/// </summary>
public readonly record struct SweepPredictionResponse
{
    private readonly PredictionBlock block;
    private readonly int index;

    internal SweepPredictionResponse(PredictionBlock block, int index) => (this.block, this.index) = (block, index);

    public Guid RunId => block.Run.RunId;

    /// <summary>The model's name in the sweep.</summary>
    public string Model => block.Run.Model;
    public Method Method => block.Run.Method;

    /// <summary>The target sparsity, in percent.</summary>
    public decimal Sparsity => block.Run.Sparsity;

    /// <summary>The name of the cohort of imported predictions.</summary>
    public string? Cohort => block.Run.Cohort;
    public double? AchievedSparsity => block.Run.AchievedSparsity;
    public int Seed => block.Run.Seed;
    public Split Split => block.Run.Split;
    public Guid ExampleId => block.Examples.IdOf(Position);
    public int Position => block.First + index;
    public string SourceId => block.Examples.SourceIdOf(Position);

    /// <summary>The gold labels.</summary>
    public IReadOnlyList<string> Labels => block.Names.Of(block.Examples.Gold, Position - block.Examples.First);

    /// <summary>The predicted labels; exactly one for single-label data.</summary>
    public IReadOnlyList<string> Predicted => block.Names.Of(block.Predictions.Labels, Place);

    /// <summary>The logits in label order; null for imported predictions without scores.</summary>
    public IReadOnlyList<float>? Scores => block.Predictions.Scores is { } scores
        ? PackedPredictions.ScoresAt(scores, Place, block.Run.ClassCount) : null;

    /// <summary>The open answer of imported predictions that an evaluation judged; null for others.</summary>
    public string? Answer => block.Predictions.Answers?[Place];

    /// <summary>The logit of one label.</summary>
    internal float? ScoreOf(int label) => block.Predictions.Scores is { } scores
        ? PackedPredictions.ScoreAt(scores, Place, label, block.Run.ClassCount) : null;

    /// <summary>The place of the example among the packed predictions.</summary>
    private int Place => Position - block.Predictions.First;
}
