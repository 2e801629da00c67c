using PieService.Worker.Models;
using PieService.Worker.Text;

namespace PieService.Worker.Training;

/// <summary>
/// Evaluates splits with the model's present parameters. A split that was evaluated since the parameters last changed
/// is not evaluated again: the result would have the same bits, since an evaluation uses no random numbers.
/// </summary>
/// <param name="parts">The number of examples that are computed at once, if memory is small.</param>
public sealed class EvaluatedSplits(
    Classifier model, ParameterBuffer parameters, Heartbeat heartbeat, MicroBatch parts = default)
{
    // The same texts are the same object: to compare their tokens would take longer than it saves.
    private readonly Dictionary<TokenisedSplit, SplitLogits> logits = new(ReferenceEqualityComparer.Instance);
    private long version;

    public SplitLogits Of(TokenisedSplit split)
    {
        if (version != parameters.Version) logits.Clear();
        version = parameters.Version;
        if (!logits.TryGetValue(split, out var known))
            logits.Add(split, known = Evaluation.Run(model, split, heartbeat, parts));
        return known;
    }
}
