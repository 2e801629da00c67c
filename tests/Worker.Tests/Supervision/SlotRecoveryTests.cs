using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using PieService.Domain.Storage;
using PieService.Worker.Machines;
using PieService.Worker.Supervision;
using PieService.Worker.Trainers;

namespace PieService.Worker.Tests.Supervision;

public sealed class SlotRecoveryTests
{
    private readonly FakeTimeProvider time = new();
    private readonly SlotRecovery recovery;

    public SlotRecoveryTests()
    {
        (string Name, string Value)[] given = [("PIE_DEVICE", "cpu"), ("PIE_SLOTS", "2")];
        recovery = new(
            WorkerSettings.From(name => given.FirstOrDefault(setting => setting.Name == name).Value),
            LeaseSettings.From(_ => null), time, NullLogger<SlotRecovery>.Instance);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(7, 320)]
    [InlineData(1000, 320)]
    public void The_wait_doubles_up_to_five_minutes(int failures, int seconds) => Assert.Equal(
        TimeSpan.FromSeconds(seconds), SlotRecovery.WaitAfter(failures, TimeSpan.FromSeconds(5)));

    [Fact]
    public async Task A_slot_whose_worker_failed_waits_until_its_device_is_right_again()
    {
        recovery.Note(0, Failure("No device."));
        await recovery.UntilSoundAsync(1, Cancellation);
        Assert.Null(recovery.Problem);

        recovery.Note(1, Failure("No\0space."));
        Assert.StartsWith("a working device or disk: No", recovery.Problem, StringComparison.Ordinal);
        var waiting = recovery.UntilSoundAsync(1, Cancellation);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await waiting.WaitAsync(TimeSpan.FromMinutes(1), Cancellation);

        // The device of the slot is right, and a further failure makes it wait twice as long.
        Assert.Null(recovery.Problem);
        recovery.Note(1, Failure("No space."));
        var again = recovery.UntilSoundAsync(1, Cancellation);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(again.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await again.WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
    }

    [Fact]
    public async Task A_slot_takes_runs_at_once_after_a_run_whose_trainer_started()
    {
        recovery.Note(0, Failure("No device."));
        recovery.Note(0, new TrainerFailedException("It was killed."));
        await recovery.UntilSoundAsync(0, Cancellation);

        recovery.Note(0, Failure("No device."));
        recovery.Note(0, failure: null);
        await recovery.UntilSoundAsync(0, Cancellation);
    }

    [Fact]
    public async Task A_slot_that_waits_does_not_delay_the_end_of_the_worker()
    {
        using var stop = new CancellationTokenSource();
        recovery.Note(0, Failure("No device."));
        var waiting = recovery.UntilSoundAsync(0, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private static WorkerFailedException Failure(string message) => new(message, new IOException(message));
}
