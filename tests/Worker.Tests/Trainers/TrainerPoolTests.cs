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
}
