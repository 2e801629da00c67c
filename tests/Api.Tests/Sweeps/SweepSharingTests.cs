using System.Text.Json.Nodes;
using PieService.Domain.Runs;
using PieService.TestSupport;

namespace PieService.Api.Tests.Sweeps;

/// <summary>
/// Runs that several sweeps want, that a sweep wants again, or that one of the sweeps no longer wants.
/// </summary>
public sealed class SweepSharingTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_run_that_another_sweep_wants_is_not_cancelled_and_a_cancelled_run_is_queued_again_on_request()
    {
        var dataset = await api.Situations.DatasetAsync();
        var (first, second) =
            (await api.SubmitAsync(Situations.Request(dataset, 1)), await api.SubmitAsync(
                Situations.Request(dataset, 1)));

        await api.PostAsync($"/api/v1/sweeps/{first}/cancel", new JsonObject());
        Assert.Equal(RunState.Queued, (await api.Situations.RunsOfAsync(second)).Single().State);

        await api.PostAsync($"/api/v1/sweeps/{second}/cancel", new JsonObject());
        Assert.Equal(RunState.Cancelled, (await api.Situations.RunsOfAsync(second)).Single().State);

        var third = await api.SubmitAsync(Situations.Request(dataset, 1));
        Assert.Equal(RunState.Queued, (await api.Situations.RunsOfAsync(third)).Single().State);
    }

    [Fact]
    public async Task A_finished_run_without_a_requested_split_is_trained_again_and_equal_predictions_are_repeatable()
    {
        var dataset = await api.Situations.DatasetAsync();
        var first = await api.SubmitAsync(Situations.Request(dataset, 1));
        await api.Situations.TrainAsync(first, (_, i) => i % 2);
        var request = Situations.Request(dataset, 1);
        request["predictSplits"] = new JsonArray("train");

        var second = await api.SubmitAsync(request);

        var run = (await api.Situations.RunsOfAsync(second)).Single();
        Assert.Equal((RunState.Queued, "test train"), (run.State, string.Join(' ', run.PredictSplits)));
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{first}"))["state"]);
        var again = await api.Situations.ClaimAsync(run.Id);
        await api.Situations.Leases.SucceedAsync(
            again, new(Situations.Outcome, "cpu", Situations.Everything(run, (_, i) => i % 2)), CancellationToken.None);
        Assert.Equal(
            (RunState.Succeeded, true),
            ((await api.Situations.RunsOfAsync(first)).Single().State, (await api.Situations.RunsOfAsync(first))
                .Single().IsRepeatable));
        // The dataset of these tests has no training examples whose predictions a page could have.
        Assert.Equal(
            1L,
            await Sql.ScalarAsync(
                api.ConnectionString,
                $"SELECT count(*) FROM run_predictions WHERE run_id = '{run.Id}' AND split = 'train'"));
    }

    [Theory]
    [InlineData("cpu", false)]
    [InlineData("cuda:0", true)]
    public async Task Different_predictions_under_the_same_conditions_are_reported(string device, bool isRepeatable)
    {
        var dataset = await api.Situations.DatasetAsync();
        var first = await api.SubmitAsync(Situations.Request(dataset, 1));
        await api.Situations.TrainAsync(first, (_, i) => i % 2);
        var request = Situations.Request(dataset, 1);
        request["predictSplits"] = new JsonArray("train");
        var run = (await api.Situations.RunsOfAsync(await api.SubmitAsync(request))).Single();

        var again = await api.Situations.ClaimAsync(run.Id);
        await api.Situations.Leases.SucceedAsync(
            again, new(Situations.Outcome, device, Situations.Everything(run, (_, _) => 2)), CancellationToken.None);

        Assert.Equal(isRepeatable, (bool)(await api.GetAsync($"/api/v1/runs/{run.Id}"))["repeatable"]!);
    }

    [Fact]
    public async Task A_run_that_started_without_a_wanted_split_is_queued_again()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 1));
        var run = (await api.Situations.RunsOfAsync(sweep)).Single();
        var lease = await api.Situations.ClaimAsync(run.Id);
        var request = Situations.Request(dataset, 1);
        request["predictSplits"] = new JsonArray("test", "train");
        await api.SubmitAsync(request);

        await api.Situations.Leases.SucceedAsync(
            lease, new(Situations.Outcome, "cpu", [Situations.Predictions(run, (_, _) => 0)]), CancellationToken.None);

        Assert.Equal(RunState.Queued, (await api.Situations.RunsOfAsync(sweep)).Single().State);
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("fail")]
    public async Task Training_again_for_another_sweep_does_not_affect_a_sweep_that_has_its_predictions(string end)
    {
        var dataset = await api.Situations.DatasetAsync();
        var first = await api.SubmitAsync(Situations.Request(dataset, 2));
        await api.Situations.TrainAsync(first, (_, i) => i % 2);
        var request = Situations.Request(dataset, 2);
        request["predictSplits"] = new JsonArray("train");
        var second = await api.SubmitAsync(request);
        var run = (await api.Situations.RunsOfAsync(second))[0];
        var lease = await api.Situations.ClaimAsync(run.Id);

        if (end == "fail")
            await api.Situations.Leases.FailAttemptAsync(lease, "broken", retry: false, CancellationToken.None);
        await api.PostAsync($"/api/v1/sweeps/{second}/cancel", new JsonObject());
        if (end == "cancel")
        {
            Assert.True(
                (await api.Situations.Leases.LookAsync([lease], CancellationToken.None)).Single().CancelRequested);
            await api.Situations.Leases.YieldAsync(lease, CancellationToken.None);
            Assert.All(await api.Situations.RunsOfAsync(first), again => Assert.Equal(RunState.Succeeded, again.State));
            Assert.All(
                (await api.GetAsync($"/api/v1/sweeps/{first}/runs"))["items"]!.AsArray(),
                again => Assert.Equal("""{"done":2,"total":2}""", again!["epochs"]!.ToJsonString()));
        }

        Assert.Empty(await api.Situations.ReadyAsync(second));
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{first}"))["state"]);
        Assert.Equal(4, (int)(await api.GetAsync($"/api/v1/sweeps/{first}"))["progress"]!["epochs"]!["done"]!);
        var third = await api.SubmitAsync(Situations.Request(dataset, 2));
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{third}"))["state"]);
    }

    /// <summary>Otherwise the sweep would end twice, and its webhooks would get two messages.</summary>
    [Fact]
    public async Task A_sweep_that_has_ended_stays_so_while_its_comparisons_are_labelled_again_for_another_sweep()
    {
        var dataset = await api.Situations.DatasetAsync();
        var first = await api.SubmitAsync(Situations.Request(dataset, 2, "MP-AI"));
        await api.Situations.TrainAsync(first, (_, i) => i % 2);
        await api.Situations.LabelAsync(first);
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{first}"))["state"]);
        var request = Situations.Request(dataset, 2, "MP-AI");
        request["keepModels"] = "last";
        var second = await api.SubmitAsync(request);
        var run = (await api.Situations.RunsOfAsync(second))[0];

        await api.Situations.TrainAsync(run, (_, i) => i % 2);

        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{first}"))["state"]);
        Assert.NotNull((await api.GetAsync($"/api/v1/sweeps/{first}"))["finishedAt"]);
    }

    [Fact]
    public async Task Concurrent_submissions_and_cancellations_never_leave_a_wanted_run_cancelled()
    {
        var dataset = await api.Situations.DatasetAsync();
        for (var round = 0; round < 10; round++)
        {
            var first = await api.SubmitAsync(Situations.Request(dataset, 20));
            var submitting = api.SubmitAsync(Situations.Request(dataset, 20));
            var cancelling = api.PostAsync($"/api/v1/sweeps/{first}/cancel", new JsonObject());
            await Task.WhenAll(submitting, cancelling);
            var second = await submitting;
            Assert.All(
                await api.Situations.RunsOfAsync(second),
                run => Assert.Equal((RunState.Queued, null), (run.State, run.CancelRequestedAt)));

            // Both run concurrently: each finds that the other is finished, or is the last one itself.
            var third = await api.SubmitAsync(Situations.Request(dataset, 20));
            await Task.WhenAll(
                api.PostAsync($"/api/v1/sweeps/{second}/cancel", new JsonObject()),
                api.PostAsync($"/api/v1/sweeps/{third}/cancel", new JsonObject()));
            Assert.All(await api.Situations.RunsOfAsync(third), run => Assert.Equal(RunState.Cancelled, run.State));
        }
    }
}
