using PieService.Worker.Runs;
using PieService.Worker.Trainers;

namespace PieService.Worker.Tests.Trainers;

internal sealed class IgnoredReport : ITrainingReport
{
    public Task EpochAsync(EpochFinished epoch) => Task.CompletedTask;

    public Task NoteAsync(string note) => Task.CompletedTask;

    public void Warn(string warning)
    {
    }
}
