using PieService.Domain.Pies;

namespace PieService.Api.Pages;

/// <summary>A word of the pages, explained in one sentence.</summary>
/// <param name="Id">The fragment of its address on the page of words.</param>
/// <param name="SentenceFor">The sentence for the cohorts of a page.</param>
public sealed record Word(string Id, string Name, Func<CohortKind, string> SentenceFor)
{
    /// <param name="sentence">The sentence, which is the same for all cohorts.</param>
    public Word(string id, string name, string sentence) : this(id, name, _ => sentence)
    {
    }

    public string Address => $"/ui/words#{Id}";
}

/// <summary>The words that a reader of the pages needs who has not read the study.</summary>
public static class Words
{
    public static readonly Word Pie = new(
        "pie", "PIE",
        kind => $"A Pruning Identified Exemplar: an example on which the majority of the {kind.Compressed} runs "
            + $"predicts something else than the majority of the {kind.Baseline} runs.");

    public static readonly Word Dense = new(
        "dense", "Dense",
        "A dense model is trained without pruning; dense4E is one that is trained as long as the iterative methods.");

    public static readonly Word Seed = new(
        "seed", "Seed",
        "The number from which a run draws its initial weights and the order of the training examples: the runs of a "
        + "cohort differ in nothing else.");

    public static readonly Word Split = new(
        "split", "Split",
        "A part of a dataset: models are trained on train, and a comparison is of the predictions for one split, "
        + "mostly test.");

    public static readonly Word AchievedSparsity = new(
        "achieved-sparsity", "Achieved sparsity",
        "The sparsity of the trained model, which the pages show after its target: 90 % → 89.97 %.");

    public static readonly Word Baseline = new(
        "baseline", "Baseline",
        "The cohort with which another one is compared: dense, dense4E, or the one that an import names.");

    public static readonly Word Provisional = new(
        "provisional", "Provisional",
        "The numbers of a comparison are provisional until all of its runs have succeeded.");

    public static readonly Word Tie = new(
        "tie", "Tie",
        "Two labels have the most votes, and the first in the order of the labels wins; if an example may have "
        + "several labels, exactly half of the runs predict one of them.");

    public static readonly Word Sparsity = new(
        "sparsity", "Sparsity",
        "The share of the prunable weights that pruning removes: the target of the request, and what was achieved.");

    public static readonly Word Score = new(
        "score", "Score",
        kind => $"The mean score of the {kind.Baseline} and of the {kind.Compressed} runs: the accuracy, or the "
            + "macro-averaged F1 if an example may have several labels.");

    public static readonly Word PieRate = new(
        "pie-rate", "PIE rate",
        kind => "The share of the examples that are PIEs; compare it with the noise floor, because different "
            + $"{kind.Repetition}s change majorities too.");

    public static readonly Word NoiseFloor = new(
        "noise-floor", "Noise floor",
        kind => $"The PIE rate between two groups of {kind.Baseline} runs, with the 5th and the 95th percentile over "
            + "the ways to form such groups.");

    public static readonly Word Excess = new(
        "excess", "Excess",
        kind => $"How much more a {kind.Baseline} and a {kind.Compressed} run disagree than two runs of the same "
            + "cohort, as a share of the examples with its 95 % interval, which is cut at −100 and 100 %; it is 0 on "
            + $"average if {(kind.HasTargets ? "pruning" : "compression")} does not change how the runs vote.");

    public static readonly Word Significant = new(
        "significant", "Significant PIEs",
        "The PIEs with a q value of at most 0.05. Of all examples with such a value, at most 5 % are expected to have "
        + "votes that differ by chance alone; of the PIEs among them it may be more.");

    public static readonly Word Collapse = new(
        "collapse", "Collapse",
        "A run has collapsed if it gives the same answer to almost every text, or agrees with the gold labels hardly "
        + "more than by chance; the PIEs of such runs show the collapse and not what pruning forgets.");

    public static readonly Word Vote = new(
        "vote", "Vote and majority",
        "Each run votes for what it predicts; the majority is the label with the most votes, or each label that more "
        + "than half of the runs predict if an example may have several.");

    public static readonly Word Margin = new(
        "margin", "Margin",
        "How clear the majority of the less certain cohort is: 0 for a tie, 1 if all of its runs agree. If an example "
        + "may have several labels, only those on which the cohorts differ count, or all labels if they differ on "
        + "none.");

    public static readonly Word Q = new(
        "q", "q value",
        "Among the examples with a q value of at most 0.05, at most 5 % are expected to have votes that differ by "
        + "chance alone.");

    public static readonly Word Overlap = new(
        "overlap", "Overlap",
        kind => "How many PIEs two comparisons share, beside the number that two independent sets of these sizes "
            + "would share; the Jaccard index is the shared part of all PIEs of both, and given the margin the sets "
            + $"are independent only among examples on which the {kind.Baseline} runs agree as much, since a close "
            + "vote is easily a PIE of both.");

    public static readonly Word Shift = new(
        "shift", "Shift",
        kind => $"How far the votes of the cohorts lie apart beyond what different {kind.Repetition}s alone do: 0 on "
            + "average without an effect, so it may be negative.");

    public static readonly Word SelfConfidence = new(
        "self-confidence", "Self-confidence",
        kind => $"The mean probability that the {kind.Baseline} runs give to the gold label; a low value makes the "
            + "label suspect.");

    public static readonly Word InfluenceBin = new(
        "influence-bin", "Influence bin",
        "One of 20 groups of the training examples by their EL2N, which is the error of early dense models: bin 20 has "
        + "those that influence the training most.");

    public static readonly Word Replicated = new(
        "replicated", "Replicated",
        kind => $"Whether the example is a PIE against a second {kind.Baseline} cohort with other {kind.Repetition}s "
            + "too.");

    public static readonly Word Direction = new(
        "direction", "Direction",
        kind => $"The cohort whose majority is the gold label: {kind.Baseline}, {kind.Compressed} or neither; mixed "
            + "if each cohort is right about some of the labels.");

    public static readonly Word Cohort = new(
        "cohort", "Cohort",
        "The runs that differ only in their seed: dense ones, or those of one method and sparsity. Imported cohorts "
        + "have names; pages about them say baseline instead of dense, and compressed instead of pruned.");

    public static readonly Word Comparison = new(
        "comparison", "Comparison",
        kind => $"A {kind.Compressed} cohort against the {kind.Baseline} cohort of the same model.");

    public static readonly Word Sweep = new(
        "sweep", "Sweep",
        "A study of one dataset: models, pruning methods, sparsities and seeds, and the comparisons that follow.");

    /// <summary>The words for how much a cohort is compressed: imported predictions have no sparsity.</summary>
    public static IReadOnlyList<Word> OfSize(CohortKind kind) => kind.HasTargets ? [Sparsity] : [];

    /// <summary>In the order in which a reader meets them.</summary>
    public static IReadOnlyList<Word> All { get; } =
    [
        Sweep, Split, Dense, Seed, Cohort, Baseline, Comparison, Sparsity, AchievedSparsity, Score, Vote, Tie, Pie,
        PieRate, NoiseFloor, Excess, Q, Significant, Provisional, Collapse, Margin, Direction, Replicated, Overlap,
        Shift, SelfConfidence, InfluenceBin,
    ];
}
