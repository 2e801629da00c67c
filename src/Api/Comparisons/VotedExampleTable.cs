using System.Data;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>A table of all or some examples of a comparison, with their texts and votes.</summary>
public abstract class VotedExampleTable<TFilter, TItem>(string name)
    : Table<TFilter, ComparisonScope, TItem>("comparison", name)
    where TFilter : VoteFilter, new()
    where TItem : VotedExample
{
    // An example without a value is behind all others.
    private static Order<PieLabel> Sorted(PieOrder order, SignificanceTest test) => order switch
    {
        PieOrder.Position => Order<PieLabel>.By(label => label.Position),
        PieOrder.Margin => Order<PieLabel>.ByDescending(label => label.Margin)
            .ThenBy(label => label.Position),
        PieOrder.Q when test == SignificanceTest.Paired => Order<PieLabel>.By(label => label.PairedQ ?? 2)
            .ThenBy(label => label.Position),
        PieOrder.Q => Order<PieLabel>.By(label => label.Q ?? 2).ThenBy(label => label.Position),
        PieOrder.Inclusion => Order<PieLabel>.ByDescending(label => label.Inclusion ?? -1)
            .ThenBy(label => label.Position),
        PieOrder.Shift => Order<PieLabel>.ByDescending(label => label.Shift ?? double.MinValue)
            .ThenBy(label => label.Position),
        PieOrder.SelfConfidence => Order<PieLabel>.By(label => label.SelfConfidence ?? 2)
            .ThenBy(label => label.Position),
    };

    public override async Task<ComparisonScope?> FindAsync(
        PieDbContext db, Guid id, TFilter filter, CancellationToken cancellation)
    {
        if (filter.Subgroup is not { } name) return await ComparisonScope.FindAsync(db, id, cancellation);
        // The members are those of the labels that the rows have: a provisional comparison may be labelled again
        // meanwhile. The context ends the transaction after the rows are read, unless a caller has begun it.
        if (db.Database.CurrentTransaction is null)
            await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        if (await ComparisonScope.FindAsync(db, id, cancellation) is not { } scope) return null;
        var subgroup = await SubgroupMembers.FindAsync(db, scope, name, cancellation);
        return scope with
        {
            Subgroup = await subgroup.ReadAsync(
                Wanted(db, scope with { Subgroup = subgroup }, filter), ExamplesOf(db, scope), cancellation),
        };
    }

    /// <summary>
    /// Selects the examples that the table may contain, before the filters that all tables of examples have.
    /// </summary>
    protected abstract IQueryable<PieLabel> Which(IQueryable<PieLabel> labels, TFilter filter);

    protected abstract PieOrder OrderOf(TFilter filter);

    protected abstract TItem ItemOf(PieLabel label, Example example, string[] labels);

    public override Rows<TItem> Rows(PieDbContext db, ComparisonScope scope, TFilter filter)
    {
        var (examples, wanted) = (ExamplesOf(db, scope), Wanted(db, scope, filter));
        var votes = 2 * AnswerLength.OfCounts(scope.Labels);
        return new QueryRows<LabelledText, TItem>(
            WithTexts(wanted, examples), OrderOf(scope, filter).Within<LabelledText>(row => row.Label),
            row => ItemOf(row.Label, row.Example, scope.Labels))
        {
            Counted = wanted,
            Longest = scope.Subgroup?.LongestText is { } longest ? votes + longest : null,
            LengthOf = item => votes + item.Text.Length + (item.SecondText?.Length ?? 0),
        };
    }

    /// <summary>
    /// The examples before and after an example, in the order of the table and under its filters, which the example
    /// itself may not meet.
    /// </summary>
    /// <param name="example">An example of the dataset of the comparison.</param>
    /// <returns>Null if the comparison has no votes on the example.</returns>
    public async Task<Adjacent<PlacedExample>?> AdjacentAsync(
        PieDbContext db, ComparisonScope scope, TFilter filter, Example example, CancellationToken cancellation)
    {
        var number = scope.Comparison.Number;
        return example.Split == scope.Comparison.Split
            && await db.PieLabels.AsNoTracking().SingleOrDefaultAsync(
                label => label.ComparisonNumber == number && label.Position == example.Position, cancellation)
                is { } own
            ? await Adjacent<PlacedExample>.FirstOfAsync(Beside(db, scope, filter, own), cancellation) : null;
    }

    /// <summary>The queries for the examples before and after the example of a label, the nearest first.</summary>
    public Adjacent<IQueryable<PlacedExample>> Beside(
        PieDbContext db, ComparisonScope scope, TFilter filter, PieLabel own)
    {
        var order = OrderOf(scope, filter);
        return Adjacent<PieLabel>.QueriesOf(Wanted(db, scope, filter), order, order.PlaceOf(own))
            .Select(labels => labels.Select(label => new PlacedExample(label.Position)));
    }

    private Order<PieLabel> OrderOf(ComparisonScope scope, TFilter filter) =>
        Sorted(OrderOf(filter), scope.TestOf(filter));

    private static IQueryable<Example> ExamplesOf(PieDbContext db, ComparisonScope scope) => db.Examples.Where(
        example => example.DatasetId == scope.DatasetId && example.Split == scope.Comparison.Split);

    private static IQueryable<LabelledText> WithTexts(IQueryable<PieLabel> labels, IQueryable<Example> examples) =>
        from label in labels
        join example in examples on label.Position equals example.Position
        select new LabelledText { Label = label, Example = example };

    private IQueryable<PieLabel> Wanted(PieDbContext db, ComparisonScope scope, TFilter filter)
    {
        var (gold, differing) =
            (LabelFilter.ClassOf(filter.Label, scope.Labels), LabelFilter.ClassOf(filter.Class, scope.Labels, "class"));
        var (test, examples) = (scope.TestOf(filter), ExamplesOf(db, scope));
        var containing = filter.Contains is { } part ? examples.Where(TextSearch.Containing(part)) : examples;
        // A comparison has one split, so a filter for another split matches no example.
        var wanted = Which(DifferingOn(differing, db.PieLabels), filter)
            .Where(label => label.ComparisonNumber == scope.Comparison.Number
            && (filter.Split == null || filter.Split == scope.Comparison.Split)
            && (gold == null || label.Gold == gold
                || (label.Gold == null
                    && examples.Any(
                        example => example.Position == label.Position && example.Labels.Contains(gold.Value))))
            && (filter.Direction == null || label.Direction == filter.Direction)
            && (filter.InfluenceBin == null || label.InfluenceBin == filter.InfluenceBin)
            && (filter.MinMargin == null || label.Margin >= filter.MinMargin)
            && (filter.MaxQ == null
                || (test == SignificanceTest.Paired ? label.PairedQ : label.Q) <= filter.MaxQ)
            && (filter.MinInclusion == null || label.Inclusion >= filter.MinInclusion)
            && (filter.Contains == null
                || containing.Any(example => example.Position == label.Position)));
        return scope.Subgroup?.Of(wanted, db, scope) ?? wanted;
    }

    /// <summary>
    /// For single-label data: the modes differ, and one of them is the class. For multi-label data: the majorities
    /// about the class differ.
    /// </summary>
    private static IQueryable<PieLabel> DifferingOn(short? c, IQueryable<PieLabel> labels) =>
        c is not { } index ? labels : labels.Where(label =>
            label.DenseMode == null
                ? 2 * PackedVotes.Of(label.DenseVotes, index) > label.DenseRuns
                    != 2 * PackedVotes.Of(label.PrunedVotes, index) > label.PrunedRuns
                : label.DenseMode != label.PrunedMode && (label.DenseMode == index || label.PrunedMode == index));

    public override Columns<TItem> Columns(ComparisonScope scope) => new Columns<TItem>()
        .Id("exampleId", row => row.ExampleId)
        .Whole("position", row => row.Position)
        .Text("sourceId", row => row.SourceId)
        .Text("text", row => row.Text)
        .Text("secondText", row => row.SecondText)
        .Gold(scope.Task, row => row.Labels)
        .Labels("dense_predicted", scope.Task, row => row.Dense.Predicted)
        .ForEach(
            scope.Labels, (columns, label, _) => columns.Whole($"dense_votes_{label}", row => row.Dense.Votes[label]))
        .Labels("pruned_predicted", scope.Task, row => row.Pruned.Predicted)
        .ForEach(
            scope.Labels, (columns, label, _) => columns.Whole($"pruned_votes_{label}", row => row.Pruned.Votes[label]))
        .Real("margin", row => row.Margin)
        .Text("direction", row => row.DirectionOrNull is { } direction ? Wire.Name(direction) : null)
        .Flag("tied", row => row.Tied)
        .Text("classes", row => row.Classes is null ? null : Json.Write(row.Classes))
        .Real("el2n", row => row.El2n)
        .Whole("influenceBin", row => row.InfluenceBin)
        .Real("p", row => row.P)
        .Real("q", row => row.Q)
        .Real("paired_p", row => row.Paired?.P)
        .Real("paired_q", row => row.Paired?.Q)
        .Real("inclusion", row => row.Inclusion)
        .Real("taxicab", row => row.Taxicab)
        .Real("shift", row => row.Shift)
        .Real("selfConfidence", row => row.SelfConfidence)
        .Flag("replicated", row => row.Replicated);

    public override Provenance Provenance(ComparisonScope scope) => scope.Provenance;

    public override async Task<IReadOnlyList<string>> TrainedByAsync(
        PieDbContext db, ComparisonScope scope, CancellationToken cancellation)
    {
        var comparison = scope.Comparison;
        var outcomes = await (from link in db.SweepRuns
                              join run in db.Runs on link.RunId equals run.Id
                              where link.SweepId == comparison.SweepId && run.DatasetId == scope.DatasetId
                                  && (run.Fingerprint == comparison.DenseFingerprint
                                      || run.Fingerprint == comparison.PrunedFingerprint)
                              select run.Outcome).ToListAsync(cancellation);
        return [.. outcomes.OfType<RunOutcome>().Select(outcome => outcome.Versions)];
    }

    private sealed record LabelledText
    {
        public required PieLabel Label { get; init; }
        public required Example Example { get; init; }
    }
}

/// <summary>An example of the split of a comparison.</summary>
public sealed record PlacedExample(int Position);

public enum PieOrder
{
    [JsonStringEnumMemberName("margin")] Margin,
    [JsonStringEnumMemberName("position")] Position,
    [JsonStringEnumMemberName("q")] Q,
    [JsonStringEnumMemberName("inclusion")] Inclusion,
    [JsonStringEnumMemberName("shift")] Shift,
    [JsonStringEnumMemberName("selfConfidence")] SelfConfidence,
}

public abstract record VoteFilter : TableQuery
{
    /// <summary>Only examples of this split are returned: a comparison has the examples of one split.</summary>
    public Split? Split { get; init; }

    /// <summary>The name of a gold label. Only examples with this gold label are returned.</summary>
    public string? Label { get; init; }

    /// <summary>
    /// The name of a label about which the cohorts differ. For multi-label data, the label is one of classes; for
    /// single-label data, one of the cohorts predicts it. Only such PIEs are returned.
    /// </summary>
    public string? Class { get; init; }

    /// <summary>The cohort whose majority is right. Only PIEs of this direction are returned.</summary>
    public PieDirection? Direction { get; init; }

    /// <summary>The lowest margin, in [0, 1]. Examples with a smaller margin are left out.</summary>
    public double? MinMargin { get; init; }

    /// <summary>
    /// An influence bin, from 1 (least influential) to 20. Only training examples of this bin are returned.
    /// </summary>
    public int? InfluenceBin { get; init; }

    /// <summary>
    /// The largest q value of the test, in [0, 1]. Examples with a larger one, or without one, are left out.
    /// </summary>
    public double? MaxQ { get; init; }

    /// <summary>
    /// The test whose q values maxQ and the order by q mean: by default unpaired, and paired for an imported cohort
    /// whose pairing is model.
    /// </summary>
    public SignificanceTest? Test { get; init; }

    /// <summary>
    /// The lowest inclusion, in [0, 1]. Examples that new seeds would make a PIE with a smaller probability are left
    /// out.
    /// </summary>
    public double? MinInclusion { get; init; }

    /// <summary>
    /// A substring of one of the texts, whatever the case of its letters. The texts of all examples are read.
    /// </summary>
    public string? Contains { get; init; }

    /// <summary>
    /// The name of a subgroup of the dataset. Only its examples are returned. If the subgroup has a condition on texts,
    /// the texts of all examples that meet the other filters are read.
    /// </summary>
    public string? Subgroup { get; init; }

    public override IEnumerable<FieldError> Broken()
    {
        foreach (var error in base.Broken()) yield return error;
        if (MinMargin is < 0 or > 1) yield return new("minMargin", "must be from 0 to 1");
        if (MaxQ is < 0 or > 1) yield return new("maxQ", "must be from 0 to 1");
        if (MinInclusion is < 0 or > 1) yield return new("minInclusion", "must be from 0 to 1");
        if (InfluenceBin is < 1 or > InfluenceRanking.BinCount)
            yield return new("influenceBin", $"must be from 1 to {InfluenceRanking.BinCount}");
    }
}
