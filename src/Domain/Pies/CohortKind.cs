using PieService.Domain.Sweeps;

namespace PieService.Domain.Pies;

/// <summary>
/// Where the runs of both cohorts of a comparison come from. It decides what a user can do to get more of them or
/// better ones, and with which words a message says so; the numbers do not depend on it.
/// </summary>
public abstract class CohortKind
{
    /// <summary>Cohorts with a recipe: this service trains their runs.</summary>
    public static readonly CohortKind Trained = new TrainedCohorts();

    /// <summary>Cohorts without a recipe: other programs made their runs.</summary>
    public static readonly CohortKind Foreign = new ForeignCohortKind();

    private CohortKind()
    {
    }

    /// <summary>The kind of the cohorts of a sweep.</summary>
    public static CohortKind Of(SweepOrigin origin) => origin switch
    {
        SweepOrigin.Trained => Trained,
        SweepOrigin.Imported => Foreign,
    };

    /// <summary>The kind of a cohort by its name: only a foreign cohort has one.</summary>
    public static CohortKind OfNamed(string? cohort) => cohort is null ? Trained : Foreign;

    /// <summary>Whether the cohorts have target sparsities, so that they can be ordered by them.</summary>
    public abstract bool HasTargets { get; }

    /// <summary>The word for the cohort with which another one is compared, such as "dense".</summary>
    public abstract string Baseline { get; }

    /// <summary>The word for the other cohort, such as "pruned".</summary>
    public abstract string Compressed { get; }

    /// <summary>The heading above what identifies a cohort, such as "Method".</summary>
    public abstract string NameHeading { get; }

    /// <summary>The heading above how much a cohort is compressed.</summary>
    public abstract string SizeHeading { get; }

    /// <summary>The word for one repetition, such as "seed".</summary>
    public abstract string Repetition { get; }

    /// <summary>The three words as headings.</summary>
    public string BaselineHeading => Heading(Baseline);

    public string CompressedHeading => Heading(Compressed);

    public string RepetitionHeading => Heading(Repetition);

    /// <summary>How a user gets more runs of both cohorts, as the end of a message.</summary>
    public abstract string MoreRuns { get; }

    /// <summary>The same for runs of the baseline, for a noise floor.</summary>
    public abstract string MoreForNoiseFloor { get; }

    /// <summary>How a user gets an odd number of runs, as the end of a message.</summary>
    public abstract string OddRuns { get; }

    /// <summary>What to do about a dense cohort that has collapsed.</summary>
    public abstract string CollapseAdvice { get; }

    /// <summary>Why there is no second dense cohort, and what to do about it.</summary>
    /// <param name="fewest">The smallest number of its runs.</param>
    public abstract string NoSecondCohort(int fewest);

    /// <summary>
    /// Whether all comparisons with a baseline have the same runs of it, once they are complete. The seeds that a
    /// foreign cohort has in common with its baseline are its own.
    /// </summary>
    public abstract bool SharesDenseRuns(bool isPaired);

    /// <summary>What one dense run does not show.</summary>
    /// <param name="prunedRuns">The number of runs with which it is compared.</param>
    public abstract string OneDenseRun(int prunedRuns);

    private static string Heading(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private sealed class TrainedCohorts : CohortKind
    {
        public override bool HasTargets => true;

        public override string Baseline => "dense";

        public override string Compressed => "pruned";

        public override string NameHeading => "Method";

        public override string SizeHeading => "Sparsity → achieved";

        public override string Repetition => "seed";

        public override string MoreRuns => "request more seeds";

        public override string MoreForNoiseFloor =>
            "request more seeds or, if the baseline is dense, extraDenseSeeds";

        public override string OddRuns => "submit a sweep with an odd number of seeds";

        public override string CollapseAdvice => "Lower the learning rate, or train for more epochs.";

        public override string NoSecondCohort(int fewest) =>
            $"There is no second dense cohort of {fewest} runs or more: request extraDenseSeeds. The baseline dense4E "
            + "has none.";

        public override bool SharesDenseRuns(bool isPaired) => true;

        public override string OneDenseRun(int prunedRuns) =>
            "One pruned model is compared with one dense model, so it is not known how many of the differences come "
            + "from their seeds alone. Submit a sweep with more seeds.";
    }

    private sealed class ForeignCohortKind : CohortKind
    {
        public override bool HasTargets => false;

        public override string Baseline => "baseline";

        public override string Compressed => "compressed";

        public override string NameHeading => "Cohort";

        public override string SizeHeading => "Compression";

        public override string Repetition => "run";

        public override string MoreRuns => More("each cohort");

        public override string MoreForNoiseFloor => More("it");

        public override string OddRuns => "import an odd number of runs";

        public override string CollapseAdvice => "Check that the answers were read as they are meant.";

        public override string NoSecondCohort(int fewest) =>
            "An import has no second dense cohort, because all runs of a baseline are one cohort.";

        public override bool SharesDenseRuns(bool isPaired) => !isPaired;

        public override string OneDenseRun(int prunedRuns) => prunedRuns == 1
            ? "One model is compared with one model. The PIEs are the examples that these two answer differently, and "
                + "do not show what the compression does to other models."
            : "The baseline is one run, so it is not known how many examples another run of it would answer "
                + $"differently: {More("the baseline")}.";

        /// <summary>A sweep whose replication is none refuses a second run of a cohort.</summary>
        private static string More(string cohort) =>
            $"import more runs of {cohort} or, if replication is none, all runs again with another replication";
    }
}
