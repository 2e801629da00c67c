using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Runs;

/// <summary>The runs that keep their models, the sweeps for which they do, and the download of the models.</summary>
public sealed class RunModelTests(RunModelTests.Lab api) : IClassFixture<RunModelTests.Lab>
{
    private const string Store = "the store of these tests";

    [Fact]
    public async Task A_kept_model_is_a_file_with_its_hash_as_ETag_and_supports_range_requests()
    {
        var (run, content) = await KeptAsync(await api.SubmitAsync(Request(await api.Situations.DatasetAsync())));
        var path = $"/api/v1/runs/{run.Id}/model";

        using var response = await api.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(content, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.ToString());
        Assert.Equal($"model-{run.Id}.safetensors", response.Content.Headers.ContentDisposition?.FileName);
        Assert.Equal($"\"{Sha256(content)}\"", response.Headers.ETag?.ToString());
        var kept = (await api.GetAsync($"/api/v1/runs/{run.Id}"))["keptModel"]!;
        Assert.Equal((content.Length, Sha256(content)), ((int)kept["bytes"]!, (string?)kept["sha256"]));

        using var unchanged = await SendAsync(
            HttpMethod.Get, path, request => request.Headers.IfNoneMatch.Add(response.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        using var part = await SendAsync(
            HttpMethod.Get, path, request => request.Headers.Range = new RangeHeaderValue(2, 5));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(content[2..6], await part.Content.ReadAsByteArrayAsync());
        using var head = await SendAsync(HttpMethod.Head, path, _ => { });
        Assert.Equal((HttpStatusCode.OK, content.Length), (head.StatusCode, (int)head.Content.Headers.ContentLength!));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task The_error_for_a_model_that_was_not_kept_states_how_to_get_one()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1));
        await api.Situations.TrainAsync(sweep, (_, _) => 0);
        var run = (await api.Situations.RunsOfAsync(sweep)).Single();

        Assert.Contains(
            "keepModels: last",
            (string?)(await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/api/v1/runs/{run.Id}/model"))[
                "detail"], StringComparison.Ordinal);
        Assert.Null((await api.GetAsync($"/api/v1/runs/{run.Id}"))["keptModel"]);
    }

    [Fact]
    public async Task The_model_of_an_unfinished_run_is_a_conflict_that_states_its_state()
    {
        var sweep = await api.SubmitAsync(Request(await api.Situations.DatasetAsync()));
        var run = (await api.Situations.RunsOfAsync(sweep)).Single();

        using var response = await api.Client.GetAsync($"/api/v1/runs/{run.Id}/model");

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Contains("queued", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await api.PostAsync($"/api/v1/sweeps/{sweep}/cancel", new JsonObject());
        await api.ProblemAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/api/v1/runs/{run.Id}/model");
    }

    [Fact]
    public async Task A_model_that_is_not_in_the_folder_of_the_API_is_reported_as_such()
    {
        var (run, _) = await KeptAsync(await api.SubmitAsync(Request(await api.Situations.DatasetAsync())));
        var file = await api.PathOfAsync(run.Id);

        await File.WriteAllTextAsync(file, "cut off");
        await ElsewhereAsync();
        File.Delete(file);
        await ElsewhereAsync();
        (run, _) = await KeptAsync(
            await api.SubmitAsync(Request(await api.Situations.DatasetAsync())), store: "another folder");
        await ElsewhereAsync();

        async Task ElsewhereAsync() => Assert.Contains(
            "PIE_ARTIFACTS",
            (string?)(await api.ProblemAsync(
                HttpStatusCode.ServiceUnavailable, HttpMethod.Get, $"/api/v1/runs/{run.Id}/model"))["detail"],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_finished_run_without_its_model_is_trained_again_for_a_sweep_that_keeps_it()
    {
        var dataset = await api.Situations.DatasetAsync();
        var first = await api.SubmitAsync(Situations.Request(dataset, 1));
        await api.Situations.TrainAsync(first, (_, _) => 0);
        Assert.Equal((0, 0L), await PlanAsync(Situations.Request(dataset, 1)));
        var (toTrain, modelBytes) = await PlanAsync(Request(dataset));
        Assert.Equal(2, toTrain);
        Assert.True(modelBytes > 0);

        var second = await api.SubmitAsync(Request(dataset));

        Assert.Equal("queued", (string?)(await api.GetAsync($"/api/v1/sweeps/{second}"))["state"]);
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{first}"))["state"]);
        var (run, _) = await KeptAsync(second);
        Assert.Equal((RunState.Succeeded, true), (run.State, run.IsRepeatable));
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{second}"))["state"]);
        Assert.Equal((0, 0L), await PlanAsync(Request(dataset)));
        Assert.Equal(
            "succeeded",
            (string?)(await api.GetAsync($"/api/v1/sweeps/{await api.SubmitAsync(Request(dataset))}"))["state"]);
    }

    [Fact]
    public async Task A_run_that_started_without_the_wish_is_queued_again()
    {
        var dataset = await api.Situations.DatasetAsync();
        var first = await api.SubmitAsync(Situations.Request(dataset, 1));
        var run = (await api.Situations.RunsOfAsync(first)).Single();
        var lease = await api.Situations.ClaimAsync(run.Id);
        var second = await api.SubmitAsync(Request(dataset));

        await api.Situations.Leases.SucceedAsync(
            lease, new(Situations.Outcome, "cpu", [Situations.Predictions(run, (_, _) => 0)]), CancellationToken.None);

        Assert.Equal(RunState.Queued, (await api.Situations.RunsOfAsync(first)).Single().State);
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{first}"))["state"]);
        Assert.Equal("queued", (string?)(await api.GetAsync($"/api/v1/sweeps/{second}"))["state"]);
    }

    [Fact]
    public async Task A_cancelled_sweep_keeps_no_model()
    {
        var dataset = await api.Situations.DatasetAsync();
        var keeping = await api.SubmitAsync(Request(dataset));
        var other = await api.SubmitAsync(Situations.Request(dataset, 1));
        await api.PostAsync($"/api/v1/sweeps/{keeping}/cancel", new JsonObject());

        await api.Situations.TrainAsync(other, (_, _) => 0);

        Assert.Equal(RunState.Succeeded, (await api.Situations.RunsOfAsync(other)).Single().State);
    }

    [Fact]
    public async Task A_model_is_deleted_with_the_last_sweep_that_keeps_it()
    {
        var dataset = await api.Situations.DatasetAsync();
        var (first, second, without) =
            (await api.SubmitAsync(Request(dataset)), await api.SubmitAsync(Request(dataset)), await api.SubmitAsync(
                Situations.Request(dataset, 1)));
        var (run, _) = await KeptAsync(first);

        await DeleteAsync(first);
        Assert.NotNull((await api.GetAsync($"/api/v1/runs/{run.Id}"))["keptModel"]);
        await DeleteAsync(second);
        Assert.Null((await api.GetAsync($"/api/v1/runs/{run.Id}"))["keptModel"]);
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{without}"))["state"]);

        async Task DeleteAsync(Guid sweep)
        {
            using var response = await api.Client.DeleteAsync($"/api/v1/sweeps/{sweep}");
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        }
    }

    private static JsonObject Request(Dataset dataset)
    {
        var request = Situations.Request(dataset, 1);
        request["keepModels"] = "last";
        return request;
    }

    /// <summary>Acts as the worker of a sweep with one run: writes a model and records it.</summary>
    private async Task<(Run Run, byte[] Content)> KeptAsync(Guid sweep, string store = Store)
    {
        var run = (await api.Situations.RunsOfAsync(sweep)).Single();
        var lease = await api.Situations.ClaimAsync(run.Id);
        var content = run.Id.ToByteArray();
        var relative = $"models/{run.Id}.{lease.Epoch}.safetensors";
        await api.WriteAsync(relative, content);
        var model = new KeptModel(relative, store, content.Length, Sha256(content));
        var result = new RunResult(Situations.Outcome, "cpu", [Situations.Predictions(run, (_, _) => 0)], model);
        Assert.True(await api.Situations.Leases.SucceedAsync(lease, result, CancellationToken.None));
        return ((await api.Situations.RunsOfAsync(sweep)).Single(), content);
    }

    private async Task<(int EpochsToTrain, long ModelBytes)> PlanAsync(JsonObject request)
    {
        var plan = (await api.PostAsync("/api/v1/sweeps/plan", request, HttpStatusCode.OK))["plan"]!;
        return ((int)plan["epochs"]!["toTrain"]!, (long)plan["modelBytes"]!);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Action<HttpRequestMessage> change)
    {
        using var request = new HttpRequestMessage(method, path);
        change(request);
        return await api.Client.SendAsync(request);
    }

    private static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>The API with an artifact folder, in which tests write the files of workers.</summary>
    public sealed class Lab() : ApiFixture(new() { ["PIE_ARTIFACTS"] = Artifacts }), IAsyncLifetime
    {
        private static readonly string Artifacts = Directory.CreateTempSubdirectory("pie-models-").FullName;

        public async Task WriteAsync(string relative, byte[] content)
        {
            var path = Path.Combine(await OwnAsync(), relative);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, content);
            await File.WriteAllTextAsync(Path.Combine(Artifacts, "store-id"), Store);
        }

        public async Task<string> PathOfAsync(Guid run)
        {
            await using var db = await Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
                .CreateDbContextAsync();
            return Path.Combine(await OwnAsync(), (await db.Runs.SingleAsync(row => row.Id == run)).ModelPath!);
        }

        async ValueTask IAsyncDisposable.DisposeAsync()
        {
            await DisposeAsync();
            Directory.Delete(Artifacts, recursive: true);
        }

        private async Task<string> OwnAsync()
        {
            await using var db = await Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
                .CreateDbContextAsync();
            return Services.GetRequiredService<PieFolders>().ArtifactsOf(
                await db.Database.SqlQuery<Guid>($"SELECT id AS \"Value\" FROM installation").SingleAsync());
        }
    }
}
