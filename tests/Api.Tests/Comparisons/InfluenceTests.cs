using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Tests.Pages;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.TestSupport;

namespace PieService.Api.Tests.Comparisons;

/// <summary>
/// Two dense and two pruned runs over eight training examples. The dense runs learn example 7 first and example 0 last.
/// The pruned runs predict another class for example 0 only.
/// </summary>
public sealed class InfluenceTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const int Examples = Situations.TestExamples;

    [Fact]
    public async Task Bins_are_in_order_of_influence_and_have_the_effect_of_pruning()
    {
        var comparison = await TrainComparisonAsync(await LabelledSweepAsync());

        var bins = (await api.GetAsync($"/api/v1/comparisons/{comparison["id"]}/influence?epoch=0"))["items"]!
            .AsArray();

        Assert.Equal("""{"epochs":[0,1],"reason":null}""", comparison["influence"]!.ToJsonString());
        Assert.Equal(Enumerable.Range(1, Examples), bins.Select(bin => (int)bin!["bin"]!));
        Assert.Equal(
            bins.Select(bin => (double)bin!["el2n"]!["mean"]!).Order(),
            bins.Select(bin => (double)bin!["el2n"]!["mean"]!));
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 1], bins.Select(bin => (double)bin!["pieShare"]!));
        // Seed by seed: dense gold logits 3 and 1, pruned ones 2 and 0. Each bin has one example, and all
        // examples the same losses.
        var (l0, l1, l2, l3) = (Loss(0), Loss(1), Loss(2), Loss(3));
        Assert.All(bins, bin =>
        {
            Assert.Equal((l2 - l3 + (l0 - l1)) / 2, (double)bin!["lossDifference"]!["mean"]!, 1e-12);
            Assert.Equal(((l2 / l3) + (l0 / l1)) / 2, (double)bin["lossRatio"]!["mean"]!, 1e-12);
            Assert.Equal((l2 + l0) / (l3 + l1), (double)bin["lossRatio"]!["ofMeans"]!, 1e-12);
        });

        // There are three classes, and the logits of the other two are 0.
        static double Loss(double gold) => Math.Log(1 + (2 * Math.Exp(-gold)));
    }

    /// <summary>One byte is less than an example has, so that each example is a block.</summary>
    [Fact]
    public async Task Bins_and_the_map_do_not_depend_on_the_size_of_the_blocks_in_which_scores_are_read()
    {
        var sweep = await LabelledSweepAsync();
        var comparison = await TrainComparisonAsync(sweep);
        var address = $"/api/v1/comparisons/{comparison["id"]}/influence";
        var before = (await api.GetAsync(address))["items"]!.ToJsonString();
        var map = await api.Client.GetStringAsync($"/api/v1/sweeps/{sweep}/figures/map.csv");
        await Sql.ExecuteAsync(api.ConnectionString, "UPDATE comparisons SET labelling_asked_at = NULL");

        await new ComparisonLabels(
                api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>(), blockBytes: 1)
            .ExecuteAsync((Guid)comparison["id"]!, CancellationToken.None);

        Assert.Equal(before, (await api.GetAsync(address))["items"]!.ToJsonString());
        Assert.Equal(map, await api.Client.GetStringAsync($"/api/v1/sweeps/{sweep}/figures/map.csv"));
    }

    [Fact]
    public async Task Every_observed_epoch_has_its_bins_page_by_page()
    {
        var comparison = await TrainComparisonAsync(await LabelledSweepAsync());

        var listed = await api.WalkAsync($"/api/v1/comparisons/{comparison["id"]}/influence?pageSize=3");

        Assert.Equal(
            from epoch in new[] { 0, 1 } from bin in Enumerable.Range(1, Examples) select (epoch, bin),
            listed.Select(bin => ((int)bin["epoch"]!, (int)bin["bin"]!)));
    }

    [Fact]
    public async Task A_pie_and_an_example_have_their_influence()
    {
        var sweep = await LabelledSweepAsync();
        var comparison = await TrainComparisonAsync(sweep);

        var pie = (await api.GetAsync($"/api/v1/comparisons/{comparison["id"]}/pies"))["items"]!.AsArray().Single()!;
        var votes = await api.GetAsync($"/api/v1/sweeps/{sweep}/examples/{pie["exampleId"]}");

        // All logits of example 0 are 0: its probabilities are thirds.
        Assert.Equal(Math.Sqrt(2.0 / 3), (double)pie["el2n"]!, 12);
        Assert.Equal(8, (int)pie["influenceBin"]!);
        await using (var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync())
        {
            Assert.Equal(["0.816 8"], await db.Database.SqlQuery<string>(
                $"""
                SELECT round(el2n::numeric, 3) || ' ' || influence_bin AS "Value" FROM pies
                WHERE comparison_id = {(Guid)comparison["id"]!}
                """).ToListAsync());
        }
        Assert.Equal(pie["influenceBin"]!.ToJsonString(), votes["comparisons"]![0]!["influenceBin"]!.ToJsonString());
        Assert.Equal(
            1, (int)(await api.GetAsync($"/api/v1/comparisons/{comparison["id"]}/pies?influenceBin=8"))["totalItems"]!);
        Assert.Equal(
            0, (int)(await api.GetAsync($"/api/v1/comparisons/{comparison["id"]}/pies?influenceBin=7"))["totalItems"]!);
    }

    [Fact]
    public async Task A_comparison_on_another_split_has_no_bins_and_a_reason()
    {
        var comparison = await ComparisonAsync(await LabelledSweepAsync(), "test");

        Assert.Contains("predictSplits", (string?)comparison["influence"]!["reason"], StringComparison.Ordinal);
        Assert.Equal(0, (int)(await api.GetAsync($"/api/v1/comparisons/{comparison["id"]}/influence"))["totalItems"]!);
    }

    [Fact]
    public async Task Dense_runs_without_observations_give_no_bins_and_a_reason()
    {
        var comparison = await TrainComparisonAsync(await LabelledSweepAsync(observationEpochs: []));

        Assert.Contains("observationEpochs", (string?)comparison["influence"]!["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_control_of_4E_epochs_each_pruned_cohort_is_compared_twice_by_the_same_influence()
    {
        var sweep = await LabelledSweepAsync(computeMatchedDense: true);

        var comparisons = (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]!.AsArray()
            .Where(row => (string?)row!["split"] == "train").ToList();
        var runs = (await api.GetAsync($"/api/v1/sweeps/{sweep}/runs?method=dense4E"))["items"]!.AsArray();

        Assert.Equal(["dense", "dense4E"], comparisons.Select(row => (string?)row!["baseline"]));
        Assert.All(
            comparisons, row => Assert.Equal("""{"epochs":[0,1],"reason":null}""", row!["influence"]!.ToJsonString()));
        Assert.Equal([8, 8], runs.Select(run => (int)run!["epochs"]!["total"]!));
        // E of the 4E epochs are those of the dense run.
        Assert.Equal(2 * 2, (int)(await api.GetAsync($"/api/v1/sweeps/{sweep}"))["progress"]!["epochs"]!["shared"]!);
    }

    [Fact]
    public async Task The_map_has_every_training_example_and_every_PIE_once_at_its_confidence_and_variability()
    {
        var sweep = await LabelledSweepAsync();
        var comparison = await TrainComparisonAsync(sweep);

        var figure = await api.GetAsync($"/api/v1/sweeps/{sweep}/figures/map");

        var cells = figure["data"]!.AsArray();
        Assert.Equal(Examples, cells.Sum(cell => (int)cell!["examples"]!));
        Assert.Equal((int)comparison["pies"]!, cells.Sum(cell => (int)cell!["pies"]!));
        // Example 0 has three equal logits after both epochs; example 1 has the logits 1, 0, 0 and 2, 0, 0.
        var (first, second) = (Math.E / (Math.E + 2), Math.E * Math.E / ((Math.E * Math.E) + 2));
        foreach (var (variability, confidence) in new[]
        {
            (0.0, 1 / 3.0), ((second - first) / 2, (first + second) / 2),
        })
            Assert.Contains(cells, cell => Math.Abs((double)cell!["variability"]! - variability) < 0.01
                && Math.Abs((double)cell["confidence"]! - confidence) < 0.02);
        Assert.Contains("epochs 0, 1 (0-based)", (string)figure["caption"]!, StringComparison.Ordinal);
        var svg = await api.Client.GetStringAsync($"/api/v1/sweeps/{sweep}/figures/map.svg?fonts=none");
        Assert.Contains("Variability", svg, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Figures_of_the_training_examples_are_by_default_of_a_cohort_that_has_not_collapsed()
    {
        var dataset = await api.Situations.DatasetAsync();
        await api.Situations.AddTrainingExamplesAsync(dataset);
        var request = Request(dataset, seeds: 2);
        (request["sparsities"], request["observationEpochs"]) = (new JsonArray(50, 90), new JsonArray(0, 1));
        var sweep = await api.SubmitAsync(request);
        await TrainAsync(sweep, Observed(0, 1), collapsedAt: 90);
        await api.Situations.LabelAsync(sweep);

        var (influence, map) = (
            await api.GetAsync($"/api/v1/sweeps/{sweep}/figures/influence"),
            await api.GetAsync($"/api/v1/sweeps/{sweep}/figures/map"));

        Assert.Contains("Target sparsity 50 %", (string)influence["caption"]!, StringComparison.Ordinal);
        Assert.Contains("MP-AI at a target sparsity of 50 %", (string)map["caption"]!, StringComparison.Ordinal);
    }

    /// <summary>The first model does not have the epoch that is observed.</summary>
    [Fact]
    public async Task A_figure_is_by_default_of_the_first_model_that_has_it()
    {
        var dataset = await api.Situations.DatasetAsync();
        await api.Situations.AddTrainingExamplesAsync(dataset);
        var request = Request(dataset, seeds: 2);
        var longer = request["models"]![0]!.DeepClone();
        (longer["name"], longer["hyperparameters"]!["epochs"]) = ("longer", 7);
        request["models"]!.AsArray().Add(longer);
        request["observationEpochs"] = new JsonArray(5);
        var sweep = await api.SubmitAsync(request);
        await TrainAsync(sweep, Observed(), run => run.EpochsTotal < 7);
        await TrainAsync(sweep, Observed(5));
        await api.Situations.LabelAsync(sweep);

        var figure = await api.GetAsync($"/api/v1/sweeps/{sweep}/figures/influence");
        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}");
        var ofFirst = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep}?model=bilstm");

        Assert.Equal("longer", (string?)figure["source"]!["model"]);
        Assert.Contains("Model 'longer'", page.Text, StringComparison.Ordinal);
        Assert.Contains($"/api/v1/sweeps/{sweep}/figures/influence.pdf", page.Addresses);
        Assert.Contains($"/api/v1/sweeps/{sweep}/figures/pie-rate.pdf?model=bilstm", ofFirst.Addresses);
        Assert.DoesNotContain("figures/influence", ofFirst.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_caption_of_a_map_states_the_runs_of_the_labelling_with_which_it_was_made()
    {
        var sweep = await LabelledSweepAsync(seeds: 3, trained: run => run.Seed < 2);
        await TrainAsync(sweep, Observed(0, 1));

        var before = await api.GetAsync($"/api/v1/sweeps/{sweep}/figures/map");
        await api.Situations.LabelAsync(sweep);
        var after = await api.GetAsync($"/api/v1/sweeps/{sweep}/figures/map");

        Assert.Contains("over 2 dense runs", (string)before["caption"]!, StringComparison.Ordinal);
        Assert.StartsWith("Provisional", (string?)before["provisional"], StringComparison.Ordinal);
        Assert.Contains("over 3 dense runs", (string)after["caption"]!, StringComparison.Ordinal);
        Assert.Null(after["provisional"]);
    }

    [Fact]
    public async Task A_map_reads_neither_the_observations_nor_the_labels_from_which_it_was_made()
    {
        var sweep = await LabelledSweepAsync();
        var before = await api.Client.GetStringAsync($"/api/v1/sweeps/{sweep}/figures/map.csv");
        var runs = (await api.Situations.RunsOfAsync(sweep)).Select(run => run.Id).ToArray();
        var comparison = (Guid)(await TrainComparisonAsync(sweep))["id"]!;
        await using (var db = await ContextAsync())
        {
            await db.RunObservations.Where(stored => runs.Contains(stored.RunId)).ExecuteDeleteAsync();
            await db.Database.ExecuteSqlAsync($"""
                DELETE FROM pie_labels
                WHERE comparison_number = (SELECT number FROM comparisons WHERE id = {comparison})
                """);
        }

        Assert.Equal(before, await api.Client.GetStringAsync($"/api/v1/sweeps/{sweep}/figures/map.csv"));
    }

    [Fact]
    public async Task Observations_of_a_dense_run_are_served_as_its_predictions()
    {
        var run = (await api.Situations.RunsOfAsync(await LabelledSweepAsync()))[0];

        var page = await api.GetAsync($"/api/v1/runs/{run.Id}/predictions?split=train&epoch=1");

        Assert.Equal("[0,1]", (await api.GetAsync($"/api/v1/runs/{run.Id}"))["observedEpochs"]!.ToJsonString());
        Assert.Equal(Examples, (int)page["totalItems"]!);
        Assert.Equal("[0,2,0]", page["items"]![1]!["scores"]!.ToJsonString());
    }

    [Fact]
    public async Task A_finished_dense_run_without_a_wanted_observation_is_trained_again_and_pruned_runs_are_not()
    {
        var dataset = await api.Situations.DatasetAsync();
        var request = Request(dataset);
        request["observationEpochs"] = new JsonArray(1);
        var first = await api.SubmitAsync(request);
        await TrainAsync(first, Observed(1));

        var second = await api.SubmitAsync(Request(dataset));

        Assert.Equal(
            [RunState.Queued, RunState.Queued, RunState.Succeeded, RunState.Succeeded],
            (await api.Situations.RunsOfAsync(second)).Select(run => run.State));
        Assert.Equal(4, (int)(await api.GetAsync($"/api/v1/sweeps/{first}"))["progress"]!["runs"]!["succeeded"]!);
        await TrainAsync(second, Observed(0, 1));
        Assert.Equal([0, 1], await EpochsAsync((await api.Situations.RunsOfAsync(second))[0].Id));
    }

    [Fact]
    public async Task A_sweep_has_the_influence_after_its_own_epochs_whatever_other_sweeps_request_of_the_same_runs()
    {
        var first = await LabelledSweepAsync(observationEpochs: [1]);
        var request = (await api.GetAsync($"/api/v1/sweeps/{first}"))["request"]!.DeepClone().AsObject();
        request["observationEpochs"] = new JsonArray(0, 1);
        var second = await api.SubmitAsync(request);
        await TrainAsync(second, Observed(0, 1));
        request["observationEpochs"] = new JsonArray();
        var third = await api.SubmitAsync(request);

        foreach (var sweep in new[] { first, second, third }) await api.Situations.LabelAsync(sweep);

        Assert.Equal("[1]", (await TrainComparisonAsync(first))["influence"]!["epochs"]!.ToJsonString());
        Assert.Equal("[0,1]", (await TrainComparisonAsync(second))["influence"]!["epochs"]!.ToJsonString());
        Assert.Equal("[]", (await TrainComparisonAsync(third))["influence"]!["epochs"]!.ToJsonString());
    }

    [Fact]
    public async Task A_run_that_started_without_a_wanted_epoch_is_queued_again()
    {
        var dataset = await api.Situations.DatasetAsync();
        var request = Request(dataset);
        request["observationEpochs"] = new JsonArray();
        var sweep = await api.SubmitAsync(request);
        var run = (await api.Situations.RunsOfAsync(sweep))[0];
        var lease = await api.Situations.ClaimAsync(run.Id);
        await api.SubmitAsync(Request(dataset));

        await api.Situations.Leases.SucceedAsync(
            lease, new(Observed(), "cpu", Situations.Everything(run, (_, _) => 0)), CancellationToken.None);

        Assert.Equal(RunState.Queued, (await api.Situations.RunsOfAsync(sweep))[0].State);
    }

    private async Task<List<int>> EpochsAsync(Guid run)
    {
        await using var db = await ContextAsync();
        return await db.RunObservations.Where(observation => observation.RunId == run)
            .Select(observation => observation.Epoch).Order().ToListAsync();
    }

    private Task<PieDbContext> ContextAsync() =>
        api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContextAsync();

    private static RunOutcome Observed(params int[] epochs) => Situations.Outcome with { ObservedEpochs = epochs };

    private static JsonObject Request(Dataset dataset, int seeds = 2)
    {
        var request = Situations.Request(dataset, seeds, "MP-AI");
        request["predictSplits"] = new JsonArray("train", "test");
        return request;
    }

    /// <param name="trained">The runs that are trained before the labelling; all by default.</param>
    private async Task<Guid> LabelledSweepAsync(
        int[]? observationEpochs = null, bool computeMatchedDense = false, int seeds = 2,
        Func<Run, bool>? trained = null)
    {
        var dataset = await api.Situations.DatasetAsync();
        await api.Situations.AddTrainingExamplesAsync(dataset);
        var request = Request(dataset, seeds);
        request["computeMatchedDense"] = computeMatchedDense;
        if (observationEpochs is not null)
            request["observationEpochs"] = new JsonArray([.. observationEpochs.Select(epoch => (JsonNode)epoch)]);
        var sweep = await api.SubmitAsync(request);
        await TrainAsync(sweep, Observed(observationEpochs ?? [0, 1]), trained);
        await api.Situations.LabelAsync(sweep);
        return sweep;
    }

    /// <summary>
    /// Acts as the worker: after epoch e, a dense run's logit of the gold class of example i is i (e + 1).
    /// </summary>
    /// <param name="collapsedAt">The sparsity at which all pruned runs give one answer.</param>
    private async Task TrainAsync(
        Guid sweep, RunOutcome outcome, Func<Run, bool>? which = null, decimal? collapsedAt = null)
    {
        foreach (var run in (await api.Situations.RunsOfAsync(sweep))
            .Where(run => run.State == RunState.Queued && which?.Invoke(run) != false))
        {
            var lease = await api.Situations.ClaimAsync(run.Id);
            var isDense = run.Method == Method.Dense;
            foreach (var epoch in isDense ? outcome.ObservedEpochs! : [])
                Assert.True(
                    await api.Situations.Leases.RecordEpochAsync(
                        lease, new EpochRecord([], epoch + 1, null, Observation(run, epoch)), CancellationToken.None));
            Assert.True(await api.Situations.Leases.SucceedAsync(
                lease,
                new(isDense ? outcome : Observed(), "cpu", [.. Situations.Everything(run, Answer).Select(Scored)]),
                CancellationToken.None));

            int Answer(Run run, int i) =>
                run.Sparsity == collapsedAt ? 0 : i == 0 && run.Method == Method.MpAi ? 1 : i % 3;

            // The gold class has the logit 3 or 1 in dense runs, by their seed, and one less in pruned ones.
            RunPredictions Scored(RunPredictions answers) => new()
            {
                RunId = answers.RunId,
                Split = answers.Split,
                Examples = answers.Examples,
                ClassCount = answers.ClassCount,
                Classes = answers.Classes,
                Scores = Scores(answers.Examples, _ => 3 - (2 * run.Seed) - (isDense ? 0 : 1)),
            };
        }
    }

    /// <param name="gold">The logit of the gold class of an example; those of the other classes are 0.</param>
    private static byte[] Scores(int examples, Func<int, int> gold) =>
        [.. Enumerable.Range(0, examples * 3)
            .SelectMany(at => BitConverter.GetBytes((Half)(at % 3 == at / 3 % 3 ? gold(at / 3) : 0)))];

    private static RunObservation Observation(Run run, int epoch) => new()
    {
        RunId = run.Id,
        Epoch = epoch,
        Examples = Examples,
        ClassCount = 3,
        Classes = [.. Enumerable.Range(0, Examples).SelectMany(i => BitConverter.GetBytes((ushort)(i % 3)))],
        Scores = Scores(Examples, example => example * (epoch + 1)),
    };

    private Task<JsonNode> TrainComparisonAsync(Guid sweep) => ComparisonAsync(sweep, "train");

    private async Task<JsonNode> ComparisonAsync(Guid sweep, string split) =>
        (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]!.AsArray()
            .Single(row => (string?)row!["split"] == split)!;
}
