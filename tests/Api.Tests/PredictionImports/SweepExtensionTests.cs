using System.Net;
using System.Text.Json.Nodes;
using PieService.Api.Tests.Datasets;

namespace PieService.Api.Tests.PredictionImports;

/// <summary>A second import that adds runs and cohorts to an imported sweep.</summary>
public sealed class SweepExtensionTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    private const string More = "id,p2,q\n0,no,yes\n1,no,no\n2,yes,no\n3,no,yes\n";

    [Fact]
    public async Task Runs_and_cohorts_are_added_and_their_comparisons_are_labelled_again()
    {
        var sweep = await SweepAsync();
        var first = Assert.Single(await api.LabelledAsync(sweep))!;
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/sweeps/{sweep}"))["state"]);

        Assert.Equal(sweep, await api.ImportAsync(Addition(sweep), ("more", More)));

        Assert.Equal("running", (string?)(await api.GetAsync($"/sweeps/{sweep}"))["state"]);
        var comparisons = await api.LabelledAsync(sweep);
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/sweeps/{sweep}"))["state"]);
        Assert.Equal(["int4", "nf4"], comparisons.Select(comparison => (string?)comparison!["cohort"]));
        Assert.Equal((string?)first["id"], (string?)comparisons[0]!["id"]);
        Assert.Equal([3, 1], comparisons.Select(comparison => (int)comparison!["seeds"]!["pruned"]!));
        Assert.Equal([3, 3], comparisons.Select(comparison => (int)comparison!["seeds"]!["dense"]!));
        Assert.All(comparisons, comparison => Assert.True((bool)comparison!["complete"]!));
        var runs = (await api.GetAsync($"/sweeps/{sweep}/runs"))["items"]!.AsArray();
        Assert.Equal(
            ["bf16", "bf16", "bf16", "int4", "int4", "nf4", "int4"], runs.Select(run => (string?)run!["cohort"]));
        Assert.Equal(
            ["bf16", "int4", "nf4"],
            (await api.GetAsync($"/sweeps/{sweep}"))["cohorts"]!.AsArray().Select(cohort => (string?)cohort!["name"]));
        Assert.Equal(
            "bf16 bf16 bf16",
            await api.AskAsync<string>($"""
                SELECT string_agg(cohort, ' ') FROM runs JOIN sweep_runs AS link ON link.run_id = runs.id
                WHERE link.sweep_id = '{sweep}' AND is_baseline
                """));
    }

    [Fact]
    public async Task A_run_that_the_sweep_has_is_a_conflict_with_its_field()
    {
        var addition = Addition(await SweepAsync());
        addition["files"]![0]!["columns"]!["runs"]!["p2"]!["seed"] = 1;

        using var response = await api.SendAsync(addition, ("more", More));

        var problem = await response.ProblemAsync(HttpStatusCode.Conflict);
        Assert.Equal(["files[0].columns.runs.p2.seed"], problem.Fields());
    }

    [Fact]
    public async Task A_run_that_another_import_adds_first_is_a_conflict_of_the_later_import()
    {
        var sweep = await SweepAsync();
        using var first = await api.SendAsync(Addition(sweep), ("more", More));
        using var second = await api.SendAsync(Addition(sweep), ("more", More));

        var imports = new[] { await api.EndedAsync(first), await api.EndedAsync(second) };

        Assert.Equal(["succeeded", "failed"], imports.Select(import => (string?)import["state"]));
        Assert.Equal(409, (int)imports[1]["problem"]!["status"]!);
    }

    [Fact]
    public async Task Facts_that_differ_from_those_of_the_sweep_are_named()
    {
        var addition = Addition(await SweepAsync());
        addition["split"] = "validation";
        addition["replication"] = "setting";
        addition["dataset"] = new JsonObject { ["fromFiles"] = true };
        addition["cohorts"]!.AsArray().Add(
            JsonNode.Parse("""{ "name": "int4", "model": "llama", "compression": "AWQ" }"""));

        using var response = await api.SendAsync(addition, ("more", More));

        var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal(["cohorts[1]", "dataset", "replication", "split"], problem.Fields());
    }

    [Fact]
    public async Task Only_an_imported_sweep_can_be_extended()
    {
        using var response = await api.SendAsync(Addition(Guid.NewGuid()), ("more", More));

        Assert.Equal(["sweepId"], (await response.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
    }

    [Fact]
    public async Task A_paired_cohort_needs_a_seed_of_its_baseline()
    {
        var addition = Addition(await SweepAsync());
        addition["cohorts"]![0]!["pairing"] = "seed";
        addition["files"]![0]!["columns"]!["runs"]!["q"]!["seed"] = 9;

        using var received = await api.SendAsync(addition, ("more", More));

        var error = Assert.Single((await api.EndedAsync(received))["problem"]!["errors"]!.AsArray())!;
        Assert.Equal("cohorts[0].pairing", (string?)error["column"]);
    }

    [Fact]
    public async Task A_second_run_of_a_cohort_without_replication_is_refused_before_the_files_are_read()
    {
        var addition = Single(await SingleSweepAsync(), "int4");
        addition["files"]![0]!["seed"] = 1;
        foreach (var replication in new[] { "none", "evaluation" })
        {
            addition["replication"] = replication;

            using var response = await api.SendAsync(addition, ("c", "This is not a file of the tool."));

            var problem = await response.ProblemAsync(HttpStatusCode.BadRequest);
            Assert.Equal(["replication"], problem.Fields());
            Assert.StartsWith(
                "is none in the sweep", (string?)problem["errors"]!["replication"]![0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_document_that_is_missing_is_named_with_the_line_behind_which_it_belongs()
    {
        var addition = Single(await SingleSweepAsync(), "nf4");

        var lines = Samples("h0", "h1", "h2").Split('\n');

        using var received = await api.SendAsync(addition, ("c", $"{lines[2]}\n{lines[0]}"));

        var problem = (await api.EndedAsync(received))["problem"]!;
        var error = Assert.Single(problem["errors"]!.AsArray())!;
        Assert.Equal(("c", 2), ((string?)error["file"], (int?)error["line"]));
        Assert.Equal(
            "c, line 2: example 1 is missing in cohort nf4, seed 0; its place is behind this one. The runs that are "
            + "added to a sweep are for all of its examples. Complete the file, or import it without sweepId, as a "
            + "sweep of its own.",
            (string?)problem["detail"]);
    }

    /// <summary>The ids and the gold labels of the second document are those of the sweep, and its doc_hash is not.
    /// </summary>
    [Fact]
    public async Task Another_document_under_a_known_id_is_refused_with_its_line()
    {
        var sweep = await SingleSweepAsync();
        var addition = Single(sweep, "nf4");

        using var received = await api.SendAsync(addition, ("c", Samples("h0", "other", "h2")));

        var error = Assert.Single((await api.EndedAsync(received))["problem"]!["errors"]!.AsArray())!;
        Assert.Equal(("c", 2), ((string?)error["file"], (int)error["line"]!));
        Assert.Contains(
            "it is another document there. Compare evaluations of one version of the task, or leave the example out",
            (string?)error["message"], StringComparison.Ordinal);
        Assert.Equal(sweep, await api.ImportAsync(addition, ("c", Samples("h0", "h1", "h2"))));
    }

    /// <summary>A sweep of one model against one.</summary>
    private Task<Guid> SingleSweepAsync() => api.ImportAsync(
        PredictionApi.Definition("""
            { "replication": "none", "files": [
              { "part": "a", "cohort": "bf16", "format": "lmEvalHarness" },
              { "part": "b", "cohort": "int4", "format": "lmEvalHarness" } ] }
            """),
        ("a", Samples("h0", "h1", "h2")), ("b", Samples("h0", "h1", "h2")));

    private static JsonObject Single(Guid sweep, string cohort) => JsonNode.Parse($$"""
        { "name": "more", "sweepId": "{{sweep}}", "replication": "none",
          "cohorts": {{(cohort == "int4" ? "[]" : $$"""[ { "name": "{{cohort}}", "model": "llama" } ]""")}},
          "files": [ { "part": "c", "cohort": "{{cohort}}", "format": "lmEvalHarness" } ] }
        """)!.AsObject();

    private static string Samples(params IEnumerable<string> hashes) => string.Join(
        '\n',
        hashes.Select((hash, id) => $$$"""
            {"doc_id": {{{id}}}, "doc": {"q": "Q{{{id}}}"}, "target": "0",
            "arguments": {"gen_args_0": {"arg_0": "Q", "arg_1": " a"}, "gen_args_1": {"arg_0": "Q", "arg_1": " b"}},
            "resps": [[["-1", "True"]], [["-2", "False"]]], "filtered_resps": [["-1", "True"], ["-2", "False"]],
            "filter": "none", "doc_hash": "{{{hash}}}", "acc": 1.0}
            """.ReplaceLineEndings("")));

    private Task<Guid> SweepAsync() => api.ImportAsync(PredictionApi.Definition(), ("answers", PredictionApi.Answers));

    private static JsonObject Addition(Guid sweep) => JsonNode.Parse($$"""
        { "name": "more", "sweepId": "{{sweep}}", "replication": "training",
          "cohorts": [ { "name": "nf4", "model": "llama", "compression": "NF4", "bits": 4 } ],
          "files": [ { "part": "more", "format": "csv", "columns": { "example": "id", "runs": {
            "p2": { "cohort": "int4", "seed": 2 }, "q": { "cohort": "nf4", "seed": 0 } } } } ] }
        """)!.AsObject();
}
