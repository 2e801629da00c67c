namespace PieService.Domain.Runs;

/// <summary>The scores of a split; all are in [0, 1].</summary>
/// <param name="Accuracy">Share of the examples whose prediction is exactly the gold labels.</param>
/// <param name="MacroF1">Mean over all C classes, with 0 for 0/0, like the other macro means.</param>
/// <param name="MicroF1">
/// Over all decisions together; for single-label data this is the accuracy, as precision and recall are.
/// </param>
public sealed record LabelScores(
    double Accuracy, double MacroF1, double MicroF1, double MacroPrecision, double MicroPrecision, double MacroRecall,
    double MicroRecall);
