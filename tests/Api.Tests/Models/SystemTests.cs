using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Models;

public sealed class SystemTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_worker_with_wrong_arithmetic_is_shown_with_the_operation_and_what_to_try()
    {
        var report = new ArithmeticReport(
            "cpu", "avx512 AuthenticAMD", new(new("AuthenticAMD", 26, 2, "AMD EPYC"), "libtorch 2.10.0", "glibc"),
            Checks: 18, Seconds: 0.5,
            [new("LSTM", "T 5, B 7, D 100, H 100", "result in evaluation", 0.8, 1e-4),
                new("LSTM", "T 9, B 7, D 66, H 33", "result in evaluation", null, 1e-4)]);
        await using (var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync())
        {
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO workers (id, machine, slots, device, short_of, vectors, arithmetic, started_at,
                    last_beat_at)
                VALUES ('w', 'lab', 0, 'cpu', {report.Problem}, ARRAY[]::text[], {Json.Write(new[] { report })}::jsonb,
                    now(), now())
                """);
        }

        var worker = (await api.GetAsync("/api/v1/system"))["workers"]!.AsArray().Single()!;

        Assert.Equal(0, (int)worker["slots"]!);
        Assert.Equal(
            "the arithmetic of cpu is wrong: LSTM (T 5, B 7, D 100, H 100), result in evaluation, "
            + "deviates by 0.8 of the largest value (tolerance 0.0001), "
            + "on AMD EPYC, AuthenticAMD family 26 model 2 (avx512 AuthenticAMD) with libtorch 2.10.0. "
            + "Wrong results in 18 checks: 2. "
            + "Start the worker with ONEDNN_MAX_CPU_ISA=AVX2, or with ATEN_CPU_CAPABILITY=default as well; if that "
            + "does not help, use another machine.",
            (string?)worker["shortOf"]);
        var failures = worker["arithmetic"]![0]!["failures"]!.AsArray();
        Assert.Equal(
            ["T 5, B 7, D 100, H 100", "T 9, B 7, D 66, H 33"], failures.Select(failure => (string?)failure!["shape"]));
        Assert.Null(failures[1]!["deviation"]);
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1));
        Assert.Equal(
            $"lab takes no runs because {report.Problem}",
            (string?)(await api.GetAsync($"/api/v1/sweeps/{sweep}"))["waitingFor"]!.AsArray().Single());
    }

    [Fact]
    public async Task A_run_has_the_environment_that_computed_it()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1));
        await api.Situations.TrainAsync(sweep, (_, _) => 0);

        var run = (await api.GetAsync($"/api/v1/sweeps/{sweep}/runs"))["items"]![0]!;
        var environment = (await api.GetAsync($"/api/v1/runs/{run["id"]}"))["environment"]!;

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"vendor": "AuthenticAMD", "family": 26, "model": 2, "name": "AMD EPYC"}"""),
            environment["processor"]));
        Assert.Equal(
            ("libtorch 2.10.0", "glibc", 18),
            ((string?)environment["library"], (string?)environment["allocator"],
                (int)environment["arithmeticChecks"]!));
    }
}
