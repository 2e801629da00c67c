using PieService.Worker.Runs;

namespace PieService.Worker.Trainers;

/// <summary>The receiver of what a trainer reports while it trains a run.</summary>
public interface ITrainingReport
{
    /// <summary>An epoch is finished.</summary>
    Task EpochAsync(EpochFinished epoch);

    /// <summary>Something should be known of the run.</summary>
    Task NoteAsync(string note);

    /// <summary>A warning for the log.</summary>
    void Warn(string warning);
}
