using PieService.Worker.Machines;
using PieService.Worker.Trainers;

namespace PieService.Worker.Tests.Trainers;

public sealed class TrainerStartTests
{
    [Fact]
    public void A_trainer_compiles_each_method_once_and_has_no_connection_string()
    {
        var start = TrainerStart.Of(WorkerSettings.From(_ => null), slot: 0, TrainerProcess.Trainer);

        Assert.Equal("0", start.Environment["DOTNET_TieredCompilation"]);
        Assert.False(start.Environment.ContainsKey("ConnectionStrings__Pie"));
        Assert.Equal(TrainerProcess.Trainer, start.ArgumentList[^1]);
    }
}
