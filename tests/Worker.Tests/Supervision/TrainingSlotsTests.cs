using PieService.Worker.Machines;
using PieService.Worker.Supervision;
using PieService.Worker.Tests.Machines;

namespace PieService.Worker.Tests.Supervision;

public sealed class TrainingSlotsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_slot_is_free_again_when_its_run_has_ended()
    {
        var slots = Slots(("PIE_DEVICE", "cpu"), ("PIE_SLOTS", "2"));
        Assert.Equal((0, 1), (await slots.EnterAsync(Cancellation), await slots.EnterAsync(Cancellation)));
        Assert.Null(slots.TryEnter());

        var third = slots.EnterAsync(Cancellation);
        Assert.False(third.IsCompleted);
        slots.Leave(1);

        Assert.Equal(1, await third);
    }

    [Fact]
    public void Runs_are_spread_over_the_GPUs()
    {
        var slots = Slots(("PIE_DEVICE", "cuda:0,cuda:3"), ("PIE_SLOTS_PER_GPU", "2"));

        // The slots 0 and 1 are on the first GPU.
        Assert.Equal([0, 2, 1, 3, null], Enumerable.Range(0, 5).Select(_ => slots.TryEnter()));
    }

    [Fact]
    public async Task A_BERT_waits_for_the_runs_on_its_GPU_and_keeps_others_from_it()
    {
        // The slots 0 to 3 are on the first GPU, the slot 4 on the other one.
        var slots = Slots(("PIE_DEVICE", "cuda:0,cuda:3"));
        var (small, elsewhere, bert) = (slots.TryEnter(), slots.TryEnter(), slots.TryEnter());
        Assert.Equal((0, 4, 1), (small, elsewhere, bert));

        var others = slots.Reserve(1);
        var alone = slots.UntilFreeAsync(others, Cancellation);

        Assert.Equal([0, 2, 3], others);
        Assert.Equal((false, true, false), (slots.MayClaim(0), slots.MayClaim(4), alone.IsCompleted));
        Assert.Null(slots.TryEnter());
        slots.Leave(0);
        await alone;
        Assert.Null(slots.TryEnter());
        slots.Leave(1);
        Assert.Equal(0, slots.TryEnter());
    }

    [Fact]
    public void A_slot_that_leaves_while_it_waits_for_its_neighbours_reserves_nothing_any_more()
    {
        var slots = Slots(("PIE_DEVICE", "cuda:0"));
        Assert.Equal((0, 1), (slots.TryEnter(), slots.TryEnter()));
        slots.Reserve(1);

        slots.Leave(1);

        Assert.True(slots.MayClaim(0));
        Assert.Equal(1, slots.TryEnter());
    }

    [Fact]
    public void A_reservation_stays_when_its_neighbours_leave()
    {
        var slots = Slots(("PIE_DEVICE", "cuda:0"));
        Assert.Equal((0, 1), (slots.TryEnter(), slots.TryEnter()));
        slots.Reserve(1);

        slots.Leave(0);

        Assert.Equal((true, true, false), (slots.MayClaim(1), slots.MayClaimBert(1), slots.MayClaim(0)));
        slots.Share(1);
        Assert.Equal(0, slots.TryEnter());
    }

    [Fact]
    public void A_BERT_is_claimed_only_where_no_other_run_is_and_one_device_at_a_time_is_emptied_for_it()
    {
        // The slots 0 to 3 are on the first GPU, 4 to 7 on the large part of the other one, and 8 on its small part.
        var slots = Slots(("PIE_DEVICE", "cuda:0,cuda:1"));
        var entered = Enumerable.Range(0, 6).Select(_ => slots.TryEnter()!.Value).ToList();
        Assert.Equal([0, 4, 8, 1, 5, 2], entered);

        Assert.Equal((false, false, true), (slots.MayClaimBert(0), slots.MayClaimBert(5), slots.MayClaimBert(8)));
        Assert.True(slots.TryReserveShared(0));
        Assert.False(slots.TryReserveShared(5));
        Assert.Equal((true, false), (slots.MayClaim(0), slots.MayClaim(1)));
        slots.Leave(1);
        slots.Leave(2);

        Assert.True(slots.MayClaimBert(0));
        Assert.True(slots.TryReserveShared(5));
    }

    [Fact]
    public void A_number_of_slots_that_was_set_holds_for_a_BERT_too()
    {
        var slots = Slots(("PIE_DEVICE", "cuda:0"), ("PIE_SLOTS_PER_GPU", "2"));
        Assert.Equal(0, slots.TryEnter());

        Assert.Empty(slots.Reserve(0));
        Assert.Equal(1, slots.TryEnter());
    }

    private static TrainingSlots Slots(params (string Name, string Value)[] given) => new(WorkerSettings.From(
        name => given.FirstOrDefault(setting => setting.Name == name).Value,
        () => Gpu.Parse(GpuTests.Table, GpuTests.List)));
}
