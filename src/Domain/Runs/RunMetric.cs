using PieService.Domain.Datasets;

namespace PieService.Domain.Runs;

/// <summary>One row for each epoch and split that was measured.</summary>
public sealed class RunMetric
{
    public Guid RunId { get; init; }

    /// <summary>0-based.</summary>
    public int Epoch { get; init; }
    public Split Split { get; init; }

    /// <summary>Mean (binary) cross-entropy in nats; for train the mean of the batch means while training.</summary>
    public double Loss { get; init; }
    public double Accuracy { get; init; }
    public double MacroF1 { get; init; }
    public double MicroF1 { get; init; }
    public double MacroPrecision { get; init; }
    public double MicroPrecision { get; init; }
    public double MacroRecall { get; init; }
    public double MicroRecall { get; init; }

    /// <summary>The threshold for multi-label data after this epoch; null for single-label data.</summary>
    public double? Threshold { get; init; }

    /// <summary>The duration of the epoch, including its evaluation.</summary>
    public double Seconds { get; init; }
}
