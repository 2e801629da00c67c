using PieService.Domain.Foreign;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Tests.Foreign;

public class ImportRulesTests
{
    private static readonly PredictionImport Valid = new()
    {
        Name = "toy int4",
        Dataset = new() { FromFiles = true, Name = "toy_mc", Task = ForeignTask.SingleLabel },
        Cohorts =
        [
            new() { Name = "bf16", Model = "toy", Baseline = true },
            new() { Name = "int4", Model = "toy", Compression = "GPTQ 4 bit", Bits = 4, Pairing = SeedPairing.Model },
        ],
        Files =
        [
            new() { Part = "a", Cohort = "bf16", Format = ForeignFormat.LmEvalHarness },
            new() { Part = "b", Cohort = "int4", Format = ForeignFormat.LmEvalHarness, Filter = "none" },
        ],
    };

    [Fact]
    public void The_definition_of_the_specification_is_valid()
    {
        var import = Json.Read<PredictionImport>(
            """
            { "name": "toy int4", "split": "test", "replication": "none",
              "dataset": { "name": "toy_mc", "fromFiles": true, "task": "singleLabel" },
              "cohorts": [ { "name": "bf16", "model": "toy", "baseline": true },
                { "name": "int4", "model": "toy", "compression": "GPTQ 4 bit", "bits": 4, "sparsity": null,
                  "pairing": "model" } ],
              "files": [ { "part": "a", "cohort": "bf16", "seed": 0, "format": "lmEvalHarness" },
                { "part": "b", "cohort": "int4", "seed": 0, "format": "lmEvalHarness", "filter": "none",
                  "predictBy": "acc" } ] }
            """);

        Assert.Empty(ImportRules.Check(import, ["a", "b"]));
        Assert.Empty(ImportConflicts.Check(import));
        Assert.Equal(
            [("bf16", "int4")],
            new ForeignCohorts(import.Replication, import.Cohorts!).Comparisons()
                .Select(pair => (pair.Baseline.Name!, pair.Compared.Name!)));
        Assert.Equal(Json.Write(import), Json.Write(Json.Read<PredictionImport>(Json.Write(import))));
    }

    [Fact]
    public void All_faults_are_reported_at_once() => Assert.Equal(
        ["name", "dataset", "cohorts", "files"],
        ImportRules.Check(new PredictionImport(), []).Select(error => error.Field));

    [Fact]
    public void A_dataset_is_made_of_the_files_or_exists() => Faults(
        Valid with
        {
            Dataset = new() { Id = Guid.Empty, FromFiles = true, Name = "x", Task = ForeignTask.SingleLabel },
        },
        "dataset", "dataset.name", "dataset.task");

    [Fact]
    public void A_dataset_of_the_files_has_a_name_and_a_task() => Faults(
        Valid with { Dataset = new() { FromFiles = true, Match = ExampleMatch.Text, Labels = ["a", "a"] } },
        "dataset.match", "dataset.name", "dataset.task", "dataset.labels[1]");

    [Fact]
    public void Correctness_has_its_own_labels() => Faults(
        Valid with
        {
            Dataset = new() { FromFiles = true, Name = "x", Task = ForeignTask.Correctness, Labels = ["a", "b"] },
        },
        "dataset.labels");

    [Fact]
    public void Every_model_has_one_baseline() => Faults(
        Valid with
        {
            Cohorts =
            [
                .. Valid.Cohorts!, new() { Name = "other", Model = "toy", Baseline = true },
                new() { Name = "alone", Model = "another" },
            ],
        },
        "cohorts[2].baseline", "cohorts[3].model");

    [Fact]
    public void Values_of_a_cohort_are_in_their_ranges() => Faults(
        Valid with
        {
            Cohorts =
            [
                Valid.Cohorts![0] with { Pairing = SeedPairing.Seed },
                Valid.Cohorts[1] with { Bits = 0, Sparsity = 101, Compression = "" }, Valid.Cohorts[1],
            ],
        },
        "cohorts[0].pairing", "cohorts[1].compression", "cohorts[1].bits", "cohorts[1].sparsity", "cohorts[2].name");

    [Fact]
    public void A_file_has_a_cohort_a_format_and_a_part_of_its_own() => Faults(
        Valid with
        {
            Files =
            [
                Valid.Files![0] with { Cohort = "bf8" }, Valid.Files[0] with { Format = null, Part = "c" },
                Valid.Files[0] with { Cohort = null, Seed = -1 },
            ],
        },
        "files[0].cohort", "files[1].format", "files[2].seed", "files[2].cohort", "files[1].part", "files[2].part",
        "b");

    [Fact]
    public void A_field_of_another_format_is_refused() => Faults(
        Valid with
        {
            Files =
            [
                Valid.Files![0] with
                {
                    Columns = new(), Delimiter = ";", Threshold = 1, CorrectAt = double.NaN, Metric = "exact_match",
                    ScoreKind = ScoreKind.Logits,
                },
                new() { Part = "b", Format = ForeignFormat.Npz, Filter = "none", Arrays = Arrays("int8") },
            ],
        },
        "files[0].threshold", "files[0].correctAt", "files[0].columns", "files[0].delimiter", "files[0].scoreKind",
        "files[0].threshold", "files[1].arrays.x", "files[1].filter");

    [Fact]
    public void A_table_names_its_columns() => Faults(
        Valid with
        {
            Files =
            [
                new() { Part = "a", Cohort = "bf16", Format = ForeignFormat.Csv },
                Table(new() { Example = "id", Label = "id", Predicted = "predicted" }) with { Part = "b" },
            ],
        },
        "files[0].columns", "files[1].columns.label");

    [Fact]
    public void Scores_have_a_meaning() => Faults(
        Valid with
        {
            Files =
            [
                Table(new() { Scores = "logits", ScoresPrefix = "p_" }),
                Table(new() { Predicted = "answer" }) with { Part = "b", ScoreKind = ScoreKind.Logits },
            ],
        },
        "files[0].columns.scoresPrefix", "files[0].scoreKind", "files[1].scoreKind");

    [Fact]
    public void A_wide_table_states_its_runs_by_columns() => Faults(
        Valid with
        {
            Files =
            [
                Table(new() { Predicted = "answer", Runs = Columns("bf8", -1) }),
                Table(new() { Runs = Columns("int4", 0) }) with { Part = "b", Cohort = null },
            ],
        },
        "files[0].cohort", "files[0].columns.runs.run.cohort", "files[0].columns.runs.run.seed",
        "files[0].columns.predicted");

    /// <summary>The API answers these with 409, since a second import adds runs in the same way.</summary>
    [Fact]
    public void A_seed_is_once_in_a_cohort()
    {
        var import = Valid with
        {
            Files =
            [
                Valid.Files![0], Valid.Files[0] with { Part = "b" }, Valid.Files[0] with { Part = "c", Seed = 1 },
                Table(new() { Runs = Columns("bf16", 1) }) with { Part = "d", Cohort = null },
                new() { Part = "e", Format = ForeignFormat.Npz, Seed = 1, Arrays = Arrays("bf16") },
            ],
        };

        Assert.Equal(
            ["files[1].seed", "files[3].columns.runs.run.seed", "files[4].arrays.x"],
            ImportConflicts.Check(import).Select(error => error.Field));
    }

    private static void Faults(PredictionImport import, params string[] fields) =>
        Assert.Equal(fields, ImportRules.Check(import, ["a", "b"]).Select(error => error.Field));

    private static ForeignFile Table(ForeignColumns columns) =>
        new() { Part = "a", Cohort = "bf16", Format = ForeignFormat.Csv, Columns = columns };

    private static Dictionary<string, string?> Arrays(string cohort) => new() { ["x"] = cohort, ["gold"] = null };

    private static Dictionary<string, ForeignRunColumn> Columns(string cohort, int seed) =>
        new() { ["run"] = new() { Cohort = cohort, Seed = seed } };
}
