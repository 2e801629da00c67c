using PieService.Domain.Recipes;
using PieService.Worker.Machines;
using PieService.Worker.Runs;
using PieService.Worker.Tests.Machines;
using PieService.Worker.Trainers;

namespace PieService.Worker.Tests.Trainers;

public sealed class TrainerPoolTests
{
    [Theory]
    [InlineData(1, false, true)]
    [InlineData(49, false, true)]
    [InlineData(50, false, false)]
    [InlineData(1, true, false)]
    public void A_trainer_stays_for_some_runs_but_not_after_one_that_had_a_device_for_itself(
        int runsDone, bool wholeDevice, bool stays) => Assert.Equal(stays, TrainerPool.Stays(runsDone, wholeDevice));

    [Fact]
    public async Task A_trainer_that_does_not_find_its_device_is_a_failure_of_the_worker_and_not_of_the_run()
    {
        // The tensor library of the tests has no CUDA.
        using var trainers = new TrainerPool(WorkerSettings.From(
            name => name == "PIE_DEVICE" ? "cuda" : null, () => Gpu.Parse(GpuTests.Table, GpuTests.List)));

        var failure = await Assert.ThrowsAsync<WorkerFailedException>(() => trainers.TrainAsync(
            0, new TrainingAssignment(
                Guid.NewGuid(), Toy.Recipe(Method.Dense), 7, "tokens", null, "output", null, null, ["test"]),
            wholeDevice: false, new IgnoredReport(), TestContext.Current.CancellationToken));

        Assert.StartsWith("The trainer process ended with exit code 1.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("finds no CUDA device", failure.Message, StringComparison.Ordinal);
    }
}
