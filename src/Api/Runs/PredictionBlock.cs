using System.Collections;

namespace PieService.Api.Runs;

/// <summary>The predictions of a run for consecutive examples, as rows.</summary>
internal sealed class PredictionBlock(
    PredictedRun run, PackedPart predictions, ExampleKeys examples, LabelNames names)
    : IReadOnlyList<SweepPredictionResponse>
{
    public PredictedRun Run => run;

    /// <summary>The predictions of these examples, and perhaps of others.</summary>
    public PackedPart Predictions => predictions;

    /// <summary>These examples, and perhaps others.</summary>
    public ExampleKeys Examples => examples;

    public LabelNames Names => names;

    /// <summary>The position of the first row in the split.</summary>
    public required int First { get; init; }

    public required int Count { get; init; }

    public SweepPredictionResponse this[int index] => new(this, index);

    public IEnumerator<SweepPredictionResponse> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
