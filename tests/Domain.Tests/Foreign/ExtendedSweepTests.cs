using PieService.Domain.Datasets;
using PieService.Domain.Foreign;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Tests.Foreign;

/// <summary>Definitions that add to an imported sweep.</summary>
public class ExtendedSweepTests
{
    private static readonly ForeignCohort Dense = new() { Name = "dense", Model = "m", Baseline = true };
    private static readonly ForeignCohort Int4 = new() { Name = "int4", Model = "m", Bits = 4 };
    private static readonly ForeignCohort Nf4 = new() { Name = "nf4", Model = "m", Bits = 4 };

    private static readonly ExtendedSweep Sweep = new(
        Guid.NewGuid(), Split.Test, new(ReplicationKind.Training, [Dense, Int4]),
        new Dictionary<string, IReadOnlySet<int>>
        {
            ["dense"] = new HashSet<int> { 0, 1 },
            ["int4"] = new HashSet<int> { 0 },
        });

    private static readonly PredictionImport Import = new()
    {
        Name = "more",
        SweepId = Guid.NewGuid(),
        Replication = ReplicationKind.Training,
        Files = [new() { Part = "a", Format = ForeignFormat.LmEvalHarness, Cohort = "int4", Seed = 1 }],
    };

    [Fact]
    public void A_definition_may_leave_out_all_that_the_sweep_states()
    {
        Assert.Empty(Sweep.Check(Import));
        var complete = Sweep.Complete(Import);

        Assert.Empty(ImportRules.Check(complete, ["a"]));
        Assert.Empty(ImportConflicts.Check(complete, Sweep));
        Assert.Equal(Sweep.DatasetId, complete.Dataset!.Id);
        Assert.Equal(["dense", "int4"], complete.Cohorts!.Select(cohort => cohort.Name));
    }

    [Fact]
    public void New_cohorts_keep_their_places_in_the_definition_and_follow_the_others_in_the_sweep()
    {
        var import = Import with { Cohorts = [Nf4, Int4] };

        Assert.Empty(Sweep.Check(import));
        var complete = Sweep.Complete(import);
        Assert.Equal(["nf4", "int4", "dense"], complete.Cohorts!.Select(cohort => cohort.Name));
        Assert.Equal(["dense", "int4", "nf4"], Sweep.With(complete).Cohorts.Select(cohort => cohort.Name));
    }

    [Fact]
    public void Other_facts_than_those_of_the_sweep_are_named()
    {
        var import = Import with
        {
            Split = Split.Validation,
            Replication = ReplicationKind.None,
            Dataset = new() { FromFiles = true, Name = "x" },
            Cohorts = [Nf4, Int4 with { Bits = 3 }],
        };

        Assert.Equal(
            ["split", "dataset", "cohorts[1]"], Sweep.Check(import).Select(error => error.Field));
        Assert.Equal(
            "must be training, as in the sweep", Assert.Single(ReplicationRules.Check(import, Sweep)).Message);
    }

    /// <summary>The same message, whatever the addition states.</summary>
    [Theory]
    [InlineData(ReplicationKind.None)]
    [InlineData(ReplicationKind.Evaluation)]
    public void A_second_run_of_a_cohort_is_refused_if_the_sweep_has_no_replication(ReplicationKind stated)
    {
        var single = Sweep with
        {
            Foreign = Sweep.Foreign with { Replication = ReplicationKind.None },
            Seeds = new Dictionary<string, IReadOnlySet<int>>
            {
                ["dense"] = new HashSet<int> { 0 },
                ["int4"] = new HashSet<int> { 0 },
            },
        };

        var error = Assert.Single(ReplicationRules.Check(Import with { Replication = stated }, single));

        Assert.Equal("replication", error.Field);
        Assert.StartsWith("is none in the sweep", error.Message, StringComparison.Ordinal);
        Assert.Contains("'int4' would have 2", error.Message, StringComparison.Ordinal);
        Assert.Empty(single.Check(Import with { Replication = stated }));
        var other = Import with
        {
            Replication = ReplicationKind.None,
            Cohorts = [Nf4],
            Files = [Import.Files![0] with { Cohort = "nf4" }],
        };
        Assert.Empty(ReplicationRules.Check(other, single));
    }

    [Fact]
    public void Several_runs_of_a_cohort_of_a_new_sweep_need_a_replication()
    {
        var import = Import with
        {
            SweepId = null,
            Replication = ReplicationKind.None,
            Cohorts = [Dense],
            Files =
            [
                new() { Part = "a", Format = ForeignFormat.LmEvalHarness, Cohort = "dense" },
                new() { Part = "b", Format = ForeignFormat.LmEvalHarness, Cohort = "dense", Seed = 1 },
            ],
        };

        Assert.Contains(
            "state how they differ", Assert.Single(ReplicationRules.Check(import, null)).Message,
            StringComparison.Ordinal);
        Assert.Empty(ReplicationRules.Check(import with { Replication = ReplicationKind.Evaluation }, null));
    }

    [Fact]
    public void The_dataset_of_the_sweep_may_be_stated_with_the_way_in_which_examples_are_found()
    {
        Assert.Empty(Sweep.Check(Import with { Dataset = new() { Match = ExampleMatch.Position } }));
        Assert.Empty(Sweep.Check(Import with { Dataset = new() { Id = Sweep.DatasetId } }));
        Assert.Single(Sweep.Check(Import with { Dataset = new() { Id = Guid.NewGuid() } }));
    }

    [Fact]
    public void A_seed_that_the_sweep_has_is_a_conflict()
    {
        var import = Sweep.Complete(Import with { Files = [Import.Files![0] with { Seed = 0 }] });

        Assert.Equal("files[0].seed", Assert.Single(ImportConflicts.Check(import, Sweep)).Field);
    }
}
