using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

public sealed class TrainerPriorityTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    /// <summary>The value that .NET sets for ProcessPriorityClass.BelowNormal.</summary>
    private const int BelowNormal = 10;

    [Fact]
    public async Task A_trainer_yields_the_processor_to_the_service()
    {
        var ofWorker = ServiceProcess.NiceOf(service.Worker.Id);
        Assert.SkipWhen(
            ofWorker >= BelowNormal, $"The tests, and so the worker, have the nice value {ofWorker} already.");

        await service.SubmitAsync(await service.UploadAsync(), epochs: 5_000, seeds: 1);

        await service.UntilAsync(
            "a trainer has the lower priority",
            () => Task.FromResult(
                service.Worker.Children().Any(trainer => ServiceProcess.NiceOf(trainer) == BelowNormal)));
    }
}
