using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Tables;
using PieService.Api.Uploads;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.TestSupport;
using static PieService.Api.Tests.Bundles.TwoServices;

namespace PieService.Api.Tests.Bundles;

public sealed class BundleTests(TwoServices services) : IClassFixture<TwoServices>, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pie-bundle-");

    private ApiFixture Publisher => services.Publisher;

    private ApiFixture Reader => services.Reader;

    /// <summary>
    /// The bundle has every id, prediction and metric, and the labels, summary and analysis of each comparison, which
    /// the second service has computed again.
    /// </summary>
    [Theory]
    [InlineData(LearningTask.SingleLabel)]
    [InlineData(LearningTask.MultiLabel)]
    public async Task A_stored_sweep_that_is_labelled_anew_gives_the_same_bundle(LearningTask task)
    {
        var sweep = await SweepAsync(Publisher, await DatasetAsync(Publisher, $"same {task}", task));
        var bundle = await BundleAsync(Publisher, sweep);
        Assert.Equal(bundle, await BundleAsync(Publisher, sweep));

        var stored = await StoreAsync(Reader, bundle);

        Assert.Equal(sweep, (Guid)stored["sweepId"]!);
        Assert.True((bool)stored["newSweep"]!);
        Assert.True((bool)stored["newDataset"]!);
        Assert.Equal((14, 0), ((int)stored["runs"]!["added"]!, (int)stored["runs"]!["linked"]!));
        Assert.Equal("running", (string?)(await Reader.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]);
        await Reader.Situations.LabelAsync(sweep);
        AssertSame(bundle, await BundleAsync(Reader, sweep));
        Assert.Equal(await BaselineRunsAsync(Publisher, sweep), await BaselineRunsAsync(Reader, sweep));
        Assert.Equal("failed", (string?)(await Reader.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]);
    }

    [Fact]
    public async Task A_sweep_of_imported_predictions_gives_the_same_bundle()
    {
        // The answers are in two rows.
        var sweep = await ForeignSweepAsync(Publisher, folder.FullName, more: RunAnswers.Examples);
        var bundle = await BundleAsync(Publisher, sweep);

        var stored = await StoreAsync(Reader, bundle);
        await Reader.Situations.LabelAsync(sweep);

        Assert.Equal(5, (int)stored["runs"]!["added"]!);
        AssertSame(bundle, await BundleAsync(Reader, sweep));
        Assert.Equal(await LabelsAsync(Publisher, sweep), await LabelsAsync(Reader, sweep));
        Assert.Equal(await BaselineRunsAsync(Publisher, sweep), await BaselineRunsAsync(Reader, sweep));
        Assert.Equal("succeeded", (string?)(await Reader.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]);
    }

    [Fact]
    public async Task A_deleted_sweep_is_restored_with_its_ids()
    {
        var dataset = await DatasetAsync(Publisher, "restored");
        var sweep = await SweepAsync(Publisher, dataset);
        var bundle = await BundleAsync(Publisher, sweep);
        var labels = await LabelsAsync(Publisher, sweep);
        foreach (var path in new[] { $"sweeps/{sweep}", $"datasets/{dataset.Id}" })
            Assert.Equal(
                HttpStatusCode.NoContent, (await Publisher.Client.DeleteAsync($"/api/v1/{path}")).StatusCode);

        var stored = await StoreAsync(Publisher, bundle);
        await Publisher.Situations.LabelAsync(sweep);

        Assert.Equal(dataset.Id, (Guid)stored["datasetId"]!);
        AssertSame(bundle, await BundleAsync(Publisher, sweep));
        Assert.NotEmpty(labels);
        Assert.Equal(labels, await LabelsAsync(Publisher, sweep));
    }

    [Fact]
    public async Task A_sweep_with_another_method_links_the_runs_of_a_bundle()
    {
        var published = await DatasetAsync(Publisher, "linked");
        var bundle = await BundleAsync(Publisher, await SweepAsync(Publisher, published));
        await StoreAsync(Reader, bundle);
        var request = Situations.Request(published, 3, "RP-AI", "IRP");
        request["predictSplits"] = new JsonArray("train", "test");

        var sweep = await Reader.SubmitAsync(request);

        var runs = await Reader.Situations.RunsOfAsync(sweep);
        Assert.Equal(3, runs.Count(run => run.Method == Method.Dense));
        Assert.All(
            runs, run => Assert.Equal(run.Method == Method.Dense ? RunState.Succeeded : RunState.Queued, run.State));
        Assert.Equal(
            runs.Where(run => run.Method == Method.Dense).Select(run => run.Id),
            runs.Where(run => run.Method == Method.Irp).Select(run => run.TrunkRunId!.Value));
        // No checkpoint came with the trunks, so the branches train all of their epochs.
        var epochs = (await Reader.GetAsync($"/api/v1/sweeps/{sweep}"))["progress"]!["epochs"]!;
        Assert.Equal(3 * 2, (int)epochs["shared"]!);
        Assert.Equal(6, (await Reader.Situations.ReadyAsync(sweep)).Count);
    }

    [Fact]
    public async Task The_runs_of_a_dataset_with_the_same_content_are_shared()
    {
        var bundle = await BundleAsync(Publisher, await SweepAsync(Publisher, await DatasetAsync(Publisher, "shared")));
        var own = await DatasetAsync(Reader, "shared");
        var ownSweep = await SweepAsync(Reader, own);

        var stored = await StoreAsync(Reader, bundle);

        Assert.Equal(own.Id, (Guid)stored["datasetId"]!);
        Assert.False((bool)stored["newDataset"]!);
        Assert.Equal((0, 14), ((int)stored["runs"]!["added"]!, (int)stored["runs"]!["linked"]!));
        Assert.Empty(stored["differing"]!.AsArray());
        Assert.Equal(
            (await Reader.Situations.RunsOfAsync(ownSweep)).Select(run => run.Id),
            (await Reader.Situations.RunsOfAsync((Guid)stored["sweepId"]!)).Select(run => run.Id));
    }

    [Fact]
    public async Task Existing_runs_with_other_predictions_are_reported_and_keep_them()
    {
        var bundle = await BundleAsync(Publisher, await SweepAsync(Publisher, await DatasetAsync(Publisher, "other")));
        var own = await SweepAsync(Reader, await DatasetAsync(Reader, "other"), shift: 1);
        var before = (await Reader.Situations.RunsOfAsync(own)).Where(run => run.State == RunState.Succeeded).ToList();

        var stored = await StoreAsync(Reader, bundle);

        Assert.Equal(before.Select(run => run.Id), stored["differing"]!.AsArray().Select(id => (Guid)id!));
        var after = (await Reader.Situations.RunsOfAsync(own)).Where(run => run.State == RunState.Succeeded).ToList();
        Assert.Equal(before.Select(run => run.PredictionHash), after.Select(run => run.PredictionHash));
        Assert.All(after, run => Assert.False(run.IsRepeatable));
    }

    private static RunOutcome OnH100 => Situations.Outcome with
    {
        Host = Situations.Outcome.Host with { Gpu = "H100" },
        MicroBatch = 32,
        ObservedEpochs = [],
    };

    /// <summary>One dense run without observed epochs.</summary>
    private static JsonObject Unobserved(Dataset dataset)
    {
        var request = Situations.Request(dataset, seeds: 1);
        request["observationEpochs"] = new JsonArray();
        return request;
    }

    [Theory]
    [InlineData("another GPU")]
    [InlineData("another micro-batch")]
    public async Task Runs_with_other_predictions_of_other_conditions_remain_repeatable(string difference)
    {
        var here = OnH100;
        var there = difference == "another GPU"
            ? here with { Host = here.Host with { Gpu = "A100" } } : here with { MicroBatch = 16 };
        var dataset = await DatasetAsync(Publisher, difference);
        var published = await Publisher.SubmitAsync(Unobserved(dataset));
        await Publisher.Situations.TrainAsync(published, (_, _) => 0, _ => there);
        var own = await Reader.SubmitAsync(Unobserved(await DatasetAsync(Reader, difference)));
        await Reader.Situations.TrainAsync(own, (_, _) => 1, _ => here);

        var stored = await StoreAsync(Reader, await BundleAsync(Publisher, published));

        var run = (await Reader.Situations.RunsOfAsync(own)).Single();
        Assert.Equal([run.Id], stored["differing"]!.AsArray().Select(id => (Guid)id!));
        Assert.True(run.IsRepeatable);
    }

    [Fact]
    public async Task A_run_of_a_bundle_that_is_trained_again_on_the_same_GPU_is_compared()
    {
        var dataset = await DatasetAsync(Publisher, "again");
        var sweep = await Publisher.SubmitAsync(Unobserved(dataset));
        await Publisher.Situations.TrainAsync(sweep, (_, _) => 0, _ => OnH100);
        await StoreAsync(Reader, await BundleAsync(Publisher, sweep));
        var request = Unobserved(dataset);
        request["predictSplits"] = new JsonArray("train");
        var run = (await Reader.Situations.RunsOfAsync(await Reader.SubmitAsync(request))).Single();

        var lease = await Reader.Situations.ClaimAsync(run.Id);
        await Reader.Situations.Leases.SucceedAsync(
            lease, new(OnH100, "cpu", Situations.Everything(run, (_, _) => 1)), CancellationToken.None);

        Assert.False((await Reader.Situations.RunsOfAsync(sweep)).Single().IsRepeatable);
    }

    [Fact]
    public async Task A_run_that_is_waiting_here_is_not_replaced()
    {
        var bundle = await BundleAsync(
            Publisher, await SweepAsync(Publisher, await DatasetAsync(Publisher, "waiting")));
        var sweep = await Reader.SubmitAsync(Situations.Request(await DatasetAsync(Reader, "waiting"), 1, "MP-AI"));

        // A transaction of a worker that holds the runs meanwhile is not waited for.
        await using var worker = await ContextAsync(Reader);
        await using var transaction = await worker.Database.BeginTransactionAsync();
        await worker.Database.ExecuteSqlAsync($"SELECT 1 FROM runs WHERE sweep_id = {sweep} FOR UPDATE");

        using var answer = await SendAsync(Reader, bundle).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        var run = (await Reader.Situations.RunsOfAsync(sweep))[0];
        Assert.Contains($"The run {run.Id} of this service", await answer.Content.ReadAsStringAsync());
        Assert.Equal(RunState.Queued, run.State);
    }

    [Fact]
    public async Task The_key_of_a_bundle_that_is_refused_while_it_is_stored_is_free_for_another_request()
    {
        const string Key = "a refused bundle";
        var refused = await BundleAsync(
            Publisher, await SweepAsync(Publisher, await DatasetAsync(Publisher, "refused")));
        var other = await BundleAsync(
            Publisher, await SweepAsync(Publisher, await DatasetAsync(Publisher, "corrected")));
        await Reader.SubmitAsync(Situations.Request(await DatasetAsync(Reader, "refused"), 1, "MP-AI"));
        using var conflict = await SendAsync(Reader, refused, Key);
        Assert.Equal(HttpStatusCode.Conflict, conflict.StatusCode);

        using var answer = await SendAsync(Reader, other, Key);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task A_sweep_that_is_stored_already_is_found()
    {
        var sweep = await SweepAsync(Publisher, await DatasetAsync(Publisher, "twice"));
        var bundle = await BundleAsync(Publisher, sweep);

        var answer = await StoreAsync(Publisher, bundle, HttpStatusCode.OK);

        Assert.Equal(sweep, (Guid)answer["sweepId"]!);
        Assert.Equal((0, 14), ((int)answer["runs"]!["added"]!, (int)answer["runs"]!["linked"]!));
        Assert.False((bool)answer["newSweep"]!);
    }

    [Fact]
    public async Task A_sweep_that_is_stored_already_is_found_by_an_asynchronous_import()
    {
        var sweep = await SweepAsync(Publisher, await DatasetAsync(Publisher, "twice, later"));
        var bundle = await BundleAsync(Publisher, sweep);
        await StoreAsync(Reader, bundle);
        var found = await StoreAsync(Reader, bundle, HttpStatusCode.OK);

        using var answer = await SendAsync(Reader, bundle, isForLater: true);

        var import = await EndedAsync(answer);
        Assert.Equal(sweep, (Guid)import["sweepId"]!);
        Assert.Equal((0, 14), ((int)import["bundle"]!["added"]!, (int)import["bundle"]!["linked"]!));
        foreach (var member in new[] { "newSweep", "newDataset", "differing" })
            Assert.Equal(found[member]!.ToJsonString(), import["bundle"]![member]!.ToJsonString());
    }

    /// <summary>The hashes of the predictions for the test split are the same in both bundles.</summary>
    [Theory]
    [InlineData("answers", "UPDATE run_answers SET texts[1] = 'other' WHERE run_id IN ({0})")]
    [InlineData("cohorts", "UPDATE sweeps SET foreign_cohorts = jsonb_set(foreign_cohorts, '{{cohorts,1,bits}}', '8') "
        + "WHERE id IN (SELECT sweep_id FROM runs WHERE id IN ({0}))")]
    [InlineData("documents", "INSERT INTO sweep_documents SELECT DISTINCT sweep_id, decode(repeat('01', 32), 'hex') "
        + "FROM runs WHERE id IN ({0})")]
    [InlineData("replication", "UPDATE sweeps SET foreign_cohorts = "
        + "jsonb_set(foreign_cohorts, '{{replication}}', '\"evaluation\"') "
        + "WHERE id IN (SELECT sweep_id FROM runs WHERE id IN ({0}))")]
    public async Task A_bundle_that_differs_in_what_the_prediction_hashes_lack_is_stored_once_more(
        string gold, string change)
    {
        var sweep = await ForeignSweepAsync(Publisher, folder.FullName, lastGold: gold);
        await StoreAsync(Reader, await BundleAsync(Publisher, sweep));
        await ChangeAsync(change, sweep);
        var changed = await BundleAsync(Publisher, sweep);

        var second = await StoreAsync(Reader, changed);
        var third = await StoreAsync(Reader, changed, HttpStatusCode.OK);

        Assert.NotEqual(sweep, (Guid)second["sweepId"]!);
        Assert.Equal((Guid)second["sweepId"]!, (Guid)third["sweepId"]!);
    }

    [Theory]
    [InlineData("train classes",
        "UPDATE run_predictions SET classes = set_byte(classes, 0, 2) WHERE split = 'train' AND run_id IN ({0})")]
    [InlineData("observed scores",
        "UPDATE run_observations SET scores = set_byte(scores, 0, 7) WHERE run_id IN ({0})")]
    public async Task A_bundle_with_other_values_is_not_one_that_is_stored_already(string name, string change)
    {
        var sweep = await SweepAsync(Publisher, await DatasetAsync(Publisher, name));
        await StoreAsync(Reader, await BundleAsync(Publisher, sweep));
        await ChangeAsync(change, sweep);

        var stored = await StoreAsync(Reader, await BundleAsync(Publisher, sweep));

        Assert.NotEqual(sweep, (Guid)stored["sweepId"]!);
    }

    [Fact]
    public async Task A_bundle_adds_the_runs_that_this_service_lacks_with_their_observations()
    {
        var sweep = await SweepAsync(Publisher, await DatasetAsync(Publisher, "partly"));
        var bundle = await BundleAsync(Publisher, sweep);
        var request = Situations.Request(await DatasetAsync(Reader, "partly"), 2, "MP-AI");
        request["predictSplits"] = new JsonArray("train", "test");
        await TrainAsync(Reader, await Reader.SubmitAsync(request), LearningTask.SingleLabel);

        var stored = await StoreAsync(Reader, bundle);

        Assert.Equal((10, 4), ((int)stored["runs"]!["added"]!, (int)stored["runs"]!["linked"]!));
        Assert.Empty(stored["differing"]!.AsArray());
        Assert.Equal(await ObservedAsync(Publisher, sweep), await ObservedAsync(Reader, (Guid)stored["sweepId"]!));
    }

    [Fact]
    public async Task A_bundle_is_read_in_one_of_the_places_of_uploads()
    {
        var bundle = await BundleAsync(Publisher, await SweepAsync(Publisher, await DatasetAsync(Publisher, "place")));
        var places = Reader.Services.GetRequiredService<UploadPlaces>();
        var others = Enumerable.Range(0, places.Most).Select(i => $"other {i}").ToList();
        Assert.All(others, client => Assert.True(places.TryTake(client)));
        try
        {
            using var refused = await SendAsync(Reader, bundle, "a key of a place");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Empty(
                Directory.GetFileSystemEntries(Reader.Services.GetRequiredService<UploadSettings>().Folder));
        }
        finally
        {
            others.ForEach(places.GiveBack);
        }
        using var accepted = await SendAsync(Reader, bundle, "a key of a place");
        Assert.Equal(HttpStatusCode.Created, accepted.StatusCode);
    }

    [Fact]
    public async Task A_request_with_the_same_key_is_answered_alike()
    {
        var bundle = await BundleAsync(Publisher, await SweepAsync(Publisher, await DatasetAsync(Publisher, "key")));

        using var first = await SendAsync(Reader, bundle, "a key");
        using var second = await SendAsync(Reader, bundle, "a key");

        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_sweep_whose_id_is_taken_gets_another_one()
    {
        var dataset = await DatasetAsync(Publisher, "taken");
        var sweep = await SweepAsync(Publisher, dataset);
        var bundle = await BundleAsync(Publisher, sweep);
        // Other gold labels: the dataset must not be that of another test.
        await ForeignSweepAsync(Reader, folder.FullName, withId: sweep, lastGold: "no");

        var stored = await StoreAsync(Reader, bundle);

        Assert.NotEqual(sweep, (Guid)stored["sweepId"]!);
        Assert.Equal(14, (int)stored["runs"]!["added"]!);
    }

    [Fact]
    public async Task An_asynchronous_import_returns_at_once_and_has_the_sweep_of_the_bundle()
    {
        var sweep = await SweepAsync(Publisher, await DatasetAsync(Publisher, "later"));

        using var answer = await SendAsync(Reader, await BundleAsync(Publisher, sweep), isForLater: true);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("respond-async", Assert.Single(answer.Headers.GetValues("Preference-Applied")));
        var import = await EndedAsync(answer);
        Assert.Equal(("succeeded", sweep), ((string?)import["state"], (Guid)import["sweepId"]!));
        Assert.Equal(
            (true, 14, 0),
            ((bool)import["bundle"]!["newDataset"]!, (int)import["bundle"]!["added"]!,
                (int)import["bundle"]!["linked"]!));
        Assert.Equal((long)import["progress"]!["bytesTotal"]!, (long)import["progress"]!["bytesRead"]!);
        Assert.Equal("running", (string?)(await Reader.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]);
        Assert.Empty(Directory.GetFileSystemEntries(Reader.Services.GetRequiredService<UploadSettings>().Folder));
    }

    [Fact]
    public async Task A_damaged_bundle_is_the_problem_of_its_asynchronous_import()
    {
        var bundle = await BundleAsync(Publisher, await SweepAsync(Publisher, await DatasetAsync(Publisher, "cut")));

        using var answer = await SendAsync(Reader, bundle[..^30], isForLater: true);

        var import = await EndedAsync(answer);
        Assert.Equal("failed", (string?)import["state"]);
        Assert.Equal(
            (422, "bundle"), ((int)import["problem"]!["status"]!, (string?)import["problem"]!["file"]));
        Assert.Null(import["sweepId"]);
    }

    /// <summary>The lock keeps others from submitting sweeps of the dataset, so it is not held while predictions are
    /// stored.</summary>
    [Fact]
    public async Task A_run_that_appears_while_a_bundle_is_stored_is_linked()
    {
        var bundle = await BundleAsync(
            Publisher, await SweepAsync(Publisher, await DatasetAsync(Publisher, "meanwhile")));
        var stored = await StoreAsync(Reader, bundle);
        var dataset = (Guid)stored["datasetId"]!;
        await using var other = await ContextAsync(Reader);
        await other.Database.ExecuteSqlAsync(
            $"UPDATE runs SET fingerprint = 'hidden ' || fingerprint WHERE dataset_id = {dataset}");
        await using var submitting = await other.Database.BeginTransactionAsync();
        await AdvisoryLocks.TakeDatasetAsync(other, dataset, CancellationToken.None);

        var storing = SendAsync(Reader, bundle);
        await Until.HoldsAsync(async () => await other.Database.SqlQuery<int>(
            $"""SELECT count(*)::integer AS "Value" FROM pg_locks WHERE locktype = 'advisory' AND NOT granted""")
            .SingleAsync() > 0);
        await other.Database.ExecuteSqlAsync(
            $"UPDATE runs SET fingerprint = substr(fingerprint, 8) WHERE dataset_id = {dataset}");
        await submitting.CommitAsync();

        using var answer = await storing;
        var second = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal((0, 14), ((int)second["runs"]!["added"]!, (int)second["runs"]!["linked"]!));
        Assert.Equal(14, await other.Runs.CountAsync(run => run.DatasetId == dataset));
    }

    /// <summary>The id of its sweep is free when it is looked up, and taken when the sweep is added.</summary>
    [Fact]
    public async Task A_bundle_whose_id_is_taken_while_it_is_stored_is_a_conflict()
    {
        var sweep = await SweepAsync(Publisher, await DatasetAsync(Publisher, "race"));
        var bundle = await BundleAsync(Publisher, sweep);
        await using var other = await ContextAsync(Reader);
        await using var submitting = await other.Database.BeginTransactionAsync();
        await AddSweepAsync(other, sweep, (await DatasetAsync(Reader, "another race")).Id);

        var storing = SendAsync(Reader, bundle);
        await WaitsForTransactionAsync(other);
        await submitting.CommitAsync();

        using var answer = await storing;
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("send the bundle again", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(await Reader.Situations.RunsOfAsync(sweep));
    }

    [Fact]
    public async Task The_dataset_of_a_bundle_is_not_deleted_while_the_bundle_is_stored()
    {
        var bundle = await BundleAsync(
            Publisher, await SweepAsync(Publisher, await DatasetAsync(Publisher, "in use")));
        var own = await DatasetAsync(Reader, "in use");
        await using var other = await ContextAsync(Reader);
        await using var submitting = await other.Database.BeginTransactionAsync();
        // The bundle waits for this transaction with the dataset found, and the sweep not added.
        await AddSweepAsync(
            other, (Guid)JsonNode.Parse(Entries(bundle)["manifest.json"])!["sweepId"]!,
            (await DatasetAsync(Reader, "not in use")).Id);
        var storing = SendAsync(Reader, bundle);
        await WaitsForTransactionAsync(other);

        var problem = await Reader.ProblemAsync(
            HttpStatusCode.Conflict, HttpMethod.Delete, $"/api/v1/datasets/{own.Id}");
        await submitting.RollbackAsync();

        Assert.Contains("is being stored", (string?)problem["detail"], StringComparison.Ordinal);
        using var answer = await storing;
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task Results_that_a_bundle_states_and_its_predictions_do_not_give_are_a_warning()
    {
        var sweep = await SweepAsync(Publisher, await DatasetAsync(Publisher, "stated"));
        await ChangeAsync(
            "UPDATE comparisons SET summary = jsonb_set(summary, '{{pies}}', '77') WHERE ordinal = 0 AND sweep_id IN "
                + "(SELECT sweep_id FROM sweep_runs WHERE run_id IN ({0}))",
            sweep);
        await ChangeAsync(
            "UPDATE pie_labels SET is_pie = NOT is_pie FROM comparisons "
                + "WHERE number = comparison_number AND position = 0 AND ordinal = 1 "
                + "AND sweep_id IN (SELECT sweep_id FROM sweep_runs WHERE run_id IN ({0}))",
            sweep);

        await StoreAsync(Reader, await BundleAsync(Publisher, sweep));
        Assert.Empty(Stated(await Reader.GetAsync($"/api/v1/sweeps/{sweep}")));
        await Reader.Situations.LabelAsync(sweep);

        var comparisons = (await Reader.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]!.AsArray();
        Assert.Contains("pies: 77 stated, ", Assert.Single(Stated(comparisons[0]!)), StringComparison.Ordinal);
        Assert.Contains("labels: ", Assert.Single(Stated(comparisons[1]!)), StringComparison.Ordinal);
        Assert.All(comparisons.Skip(2), comparison => Assert.Empty(Stated(comparison!)));
        Assert.Contains(
            "other results of 2 comparisons", Assert.Single(Stated(await Reader.GetAsync($"/api/v1/sweeps/{sweep}"))),
            StringComparison.Ordinal);

        static List<string> Stated(JsonNode resource) =>
        [
            .. resource["warnings"]!.AsArray()
                .Where(warning => (string?)warning!["code"] == "statedResultsDiffer")
                .Select(warning => (string)warning!["message"]!),
        ];
    }

    /// <summary>Another processor may round them differently.</summary>
    [Fact]
    public async Task Labels_that_differ_in_the_last_digits_of_real_numbers_are_those_that_a_bundle_states()
    {
        var sweep = await SweepAsync(Publisher, await DatasetAsync(Publisher, "digits"));
        await ChangeAsync(
            "UPDATE pie_labels SET margin = margin * (1 - 1e-15), el2n = el2n * (1 + 1e-15), p = p * (1 - 1e-15), "
                + "q = q * (1 - 1e-15), paired_p = paired_p * (1 - 1e-15), paired_q = paired_q * (1 - 1e-15), "
                + "inclusion = inclusion * (1 - 1e-15), taxicab = taxicab * (1 + 1e-15), "
                + "shift = shift * (1 + 1e-15), self_confidence = self_confidence * (1 - 1e-15) "
                + "FROM comparisons WHERE number = comparison_number "
                + "AND sweep_id IN (SELECT sweep_id FROM sweep_runs WHERE run_id IN ({0}))",
            sweep);

        await StoreAsync(Reader, await BundleAsync(Publisher, sweep));
        await Reader.Situations.LabelAsync(sweep);

        var comparisons = (await Reader.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]!.AsArray();
        Assert.All(comparisons, comparison => Assert.DoesNotContain(
            comparison!["warnings"]!.AsArray(), warning => (string?)warning!["code"] == "statedResultsDiffer"));
    }

    /// <summary>The rows of the runs are read before it is known that nothing has changed.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("*")]
    public async Task A_bundle_is_made_in_one_of_the_places_of_files(string? known)
    {
        var sweep = await SweepAsync(Publisher, await DatasetAsync(Publisher, $"file {known}"));
        var files = Publisher.Services.GetRequiredService<SentFiles>();
        var others = Enumerable.Range(0, files.Most).Select(i => $"other {i}").ToList();
        Assert.All(others, client => Assert.True(files.TryTake(client)));
        using (var refused = await GetAsync())
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
        }
        others.ForEach(files.GiveBack);

        using var answer = await GetAsync();

        Assert.Equal(known is null ? HttpStatusCode.OK : HttpStatusCode.NotModified, answer.StatusCode);

        async Task<HttpResponseMessage> GetAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/sweeps/{sweep}/bundle");
            if (known is not null) request.Headers.Add("If-None-Match", known);
            return await Publisher.Client.SendAsync(request);
        }
    }

    [Fact]
    public async Task Only_a_sweep_that_has_ended_has_a_bundle()
    {
        var sweep = await Publisher.SubmitAsync(Situations.Request(await DatasetAsync(Publisher, "open"), 2, "MP-AI"));

        var problem = await Publisher.ProblemAsync(
            HttpStatusCode.Conflict, HttpMethod.Get, $"/api/v1/sweeps/{sweep}/bundle");

        Assert.Contains("The sweep is queued.", (string?)problem["detail"]);
        await Publisher.ProblemAsync(
            HttpStatusCode.NotFound, HttpMethod.Get, $"/api/v1/sweeps/{Guid.NewGuid()}/bundle");
    }

    [Fact]
    public async Task A_bundle_has_an_entity_tag_and_links_to_its_sweep()
    {
        var sweep = await SweepAsync(Publisher, await DatasetAsync(Publisher, "tag"));
        using var whole = await Publisher.Client.GetAsync($"/api/v1/sweeps/{sweep}/bundle");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/sweeps/{sweep}/bundle");
        request.Headers.IfNoneMatch.Add(whole.Headers.ETag!);

        using var second = await Publisher.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Contains($"</api/v1/sweeps/{sweep}>; rel=\"up\"", whole.Headers.GetValues("Link").Single());
    }

    [Fact]
    public async Task A_body_that_is_not_declared_as_a_zip_archive_is_refused()
    {
        using var content = new ByteArrayContent([1]);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");

        using var answer = await Reader.Client.PostAsync("/api/v1/bundles", content);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task A_bundle_has_nothing_of_leases_workers_and_files()
    {
        var bundle = await BundleAsync(Publisher, await SweepAsync(Publisher, await DatasetAsync(Publisher, "secret")));

        var runs = Entries(bundle)["runs.ndjson"];

        Assert.DoesNotContain("lease", runs, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("a worker", runs, StringComparison.Ordinal);
        Assert.DoesNotContain("its store", runs, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>Compares file by file first, so that a failure names the difference.</summary>
    private static void AssertSame(byte[] expected, byte[] actual)
    {
        foreach (var ((name, content), (_, other)) in Entries(expected).Zip(Entries(actual)))
            Assert.True(content == other, $"{name}:\n{content}\n{other}");
        Assert.Equal(expected, actual);
    }

    private static Dictionary<string, string> Entries(byte[] bundle)
    {
        using var zip = new ZipArchive(new MemoryStream(bundle));
        return zip.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var reader = new StreamReader(entry.Open(), System.Text.Encoding.Latin1);
            return reader.ReadToEnd();
        });
    }

    private static async Task<string> BaselineRunsAsync(ApiFixture service, Guid sweep) =>
        (string)(await Sql.ScalarAsync(service.ConnectionString, $"""
            SELECT string_agg(run_id::text, ' ' ORDER BY ordinal) FROM sweep_runs
            WHERE sweep_id = '{sweep}' AND is_baseline
            """))!;

    /// <summary>An import of the reader after its end.</summary>
    private async Task<JsonNode> EndedAsync(HttpResponseMessage accepted)
    {
        var import = JsonNode.Parse(await accepted.Content.ReadAsStringAsync())!;
        var address = accepted.Headers.Location!.OriginalString;
        await Until.HoldsAsync(async () => (import = await Reader.GetAsync(address))["finishedAt"] is not null);
        return import;
    }

    /// <param name="change">A statement with {0} for the runs of the sweep.</param>
    private async Task ChangeAsync(string change, Guid sweep)
    {
        await using var db = await ContextAsync(Publisher);
        await db.Database.ExecuteSqlRawAsync(
            change.Replace("{0}", "SELECT run_id FROM sweep_runs WHERE sweep_id = {0}", StringComparison.Ordinal),
            sweep);
    }

    /// <summary>A line for each observation of the runs of a sweep.</summary>
    private static async Task<List<string>> ObservedAsync(ApiFixture api, Guid sweep)
    {
        await using var db = await ContextAsync(api);
        return await db.Database.SqlQuery<string>($"""
            SELECT concat_ws(' ', link.ordinal, observed.epoch, encode(observed.scores, 'hex')) AS "Value"
            FROM sweep_runs AS link JOIN run_observations AS observed ON observed.run_id = link.run_id
            WHERE link.sweep_id = {sweep} ORDER BY link.ordinal, observed.epoch
            """).ToListAsync();
    }

    private static Task<int> AddSweepAsync(PieDbContext db, Guid id, Guid dataset) => db.Database.ExecuteSqlAsync($"""
        INSERT INTO sweeps (id, name, dataset_id, request, created_at)
        VALUES ({id}, 'other', {dataset}, {"{}"}::jsonb, now())
        """);

    /// <summary>Waits until another connection waits for a row that a transaction has written.</summary>
    private static Task WaitsForTransactionAsync(PieDbContext db) => Until.HoldsAsync(async () =>
        await db.Database.SqlQuery<int>(
            $"""SELECT count(*)::integer AS "Value" FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted""")
            .SingleAsync() > 0);

    /// <summary>The labels of all comparisons of a sweep, in their order.</summary>
    private static async Task<List<string>> LabelsAsync(ApiFixture api, Guid sweep)
    {
        await using var db = await ContextAsync(api);
        return await db.Database.SqlQuery<string>($"""
            SELECT (to_jsonb(label) - 'comparison_number')::text AS "Value"
            FROM pie_labels AS label JOIN comparisons ON comparisons.number = label.comparison_number
            WHERE comparisons.sweep_id = {sweep} ORDER BY comparisons.ordinal, label.position
            """).ToListAsync();
    }
}
