using System.Collections;
using PieService.Domain.Predictions;

namespace PieService.Api.Runs;

/// <summary>The predictions of a run for consecutive examples, as rows.</summary>
internal sealed class PredictionBlock(PackedRun run, PackedLabels predicted, ExampleKeys examples, LabelNames names)
    : IReadOnlyList<SweepPredictionResponse>
{
    public PackedRun Run => run;

    /// <summary>The predicted labels of all examples of the split.</summary>
    public PackedLabels Predicted => predicted;

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
