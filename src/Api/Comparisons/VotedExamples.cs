using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>The table of a comparison's examples, all or its PIEs, with texts and votes.</summary>
internal static class VotedExamples
{
    /// <param name="which">Of all labels.</param>
    /// <param name="name">Of a file, before the comparison's id.</param>
    public static async Task<Results<Ok<Page<TItem>>, TableFile<TItem>, ProblemHttpResult>> ListAsync<TFilter, TItem>(
        Guid id, TableRequest<TFilter> request, PieDbContext db, Func<IQueryable<PieLabel>, IQueryable<PieLabel>> which, PieOrder order,
        string name, Func<LearningTask, string[], Columns<TItem>> columns, Func<PieLabel, Example, string[], TItem> answer, CancellationToken cancellation)
        where TFilter : VoteFilter, new()
    {
        var filter = request.Filter;
        var about = await (from comparison in db.Comparisons
                           join sweep in db.Sweeps on comparison.SweepId equals sweep.Id
                           join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
                           where comparison.Id == id
                           select new { Comparison = comparison, sweep.DatasetId, dataset.Task, dataset.Labels }).AsNoTracking().SingleOrDefaultAsync(cancellation);
        if (about is null) return Problems.NotFound("comparison", id);

        var (gold, differing) = (LabelFilter.ClassOf(filter.Label, about.Labels), LabelFilter.ClassOf(filter.Class, about.Labels, "class"));
        // A comparison has one split; asking for another finds nothing in it.
        var wanted = which(DifferingOn(differing, db.PieLabels)).Where(label => label.ComparisonId == id
            && (filter.Split == null || filter.Split == about.Comparison.Split)
            && (gold == null || label.Gold == gold || (label.Gold == null && db.Examples.Any(example => example.Id == label.ExampleId && example.Labels.Contains(gold.Value))))
            && (filter.Direction == null || label.Direction == filter.Direction)
            && (filter.InfluenceBin == null || label.InfluenceBin == filter.InfluenceBin)
            && (filter.MinMargin == null || label.Margin >= filter.MinMargin));
        var rows = from label in wanted
                   join example in db.Examples on label.ExampleId equals example.Id
                   select new LabelledText { Label = label, Example = example };
        var origin = new Origin(("comparison", id), ("sweep", about.Comparison.SweepId), ("dataset", about.DatasetId));
        if (request.IsForFile)
        {
            var all = Ordered(rows, order).AsNoTracking().AsAsyncEnumerable();
            return request.File($"{name}-{id}", columns(about.Task, about.Labels), all.Select(row => answer(row.Label, row.Example, about.Labels)), origin with
            {
                Recipe = $"dense {about.Comparison.DenseFingerprint}, pruned {about.Comparison.PrunedFingerprint}",
                TrainedBy = await TrainedByAsync(db, about.Comparison, cancellation),
            });
        }

        var total = await wanted.CountAsync(cancellation);
        var votes = 2 * AnswerLength.OfCounts(about.Labels);
        var page = new TextPage<LabelledText>(filter, row => votes + row.Example.Text.Length + (row.Example.SecondText?.Length ?? 0));
        await page.AddAsync(Ordered(Rest(rows, filter, order), order).AsNoTracking(), cancellation);
        return request.Page(
            page.Cut(total, row => answer(row.Label, row.Example, about.Labels), row => new PageKey(row.Label.Margin, row.Label.Position)), origin);
    }

    /// <summary>Of single-label data: the modes differ, and one of them is the class; of multi-label data, the majorities about it.</summary>
    private static IQueryable<PieLabel> DifferingOn(short? c, IQueryable<PieLabel> labels) => c is not { } index ? labels : labels.Where(label =>
        label.DenseMode == null
            ? 2 * label.DenseVotes[index] > label.Runs != 2 * label.PrunedVotes[index] > label.Runs
            : label.DenseMode != label.PrunedMode && (label.DenseMode == index || label.PrunedMode == index));

    private static IQueryable<LabelledText> Rest(IQueryable<LabelledText> rows, VoteFilter filter, PieOrder order) =>
        filter.After<PageKey>() is not { } after ? rows
        : order == PieOrder.Position ? rows.Where(row => row.Label.Position > after.Position)
        : rows.Where(row => row.Label.Margin < after.Margin || (row.Label.Margin == after.Margin && row.Label.Position > after.Position));

    private static IOrderedQueryable<LabelledText> Ordered(IQueryable<LabelledText> rows, PieOrder order) =>
        order == PieOrder.Position
            ? rows.OrderBy(row => row.Label.Position)
            : rows.OrderByDescending(row => row.Label.Margin).ThenBy(row => row.Label.Position);

    private static async Task<IEnumerable<string>> TrainedByAsync(PieDbContext db, Comparison comparison, CancellationToken cancellation)
    {
        var outcomes = await (from link in db.SweepRuns
                              join run in db.Runs on link.RunId equals run.Id
                              where link.SweepId == comparison.SweepId
                                  && (run.Fingerprint == comparison.DenseFingerprint || run.Fingerprint == comparison.PrunedFingerprint)
                              select run.Outcome).ToListAsync(cancellation);
        return outcomes.OfType<RunOutcome>().Select(outcome => outcome.Versions);
    }

    private sealed record LabelledText
    {
        public required PieLabel Label { get; init; }
        public required Example Example { get; init; }
    }

    private sealed record PageKey(double Margin, int Position);
}

public abstract record VoteFilter : TableQuery
{
    public Split? Split { get; init; }

    /// <summary>Gold label.</summary>
    public string? Label { get; init; }

    /// <summary>Only PIEs on which the cohorts differ about this label: of multi-label data, one of classes; of single-label data, the answer of one of them.</summary>
    public string? Class { get; init; }

    /// <summary>Only PIEs of this direction.</summary>
    public PieDirection? Direction { get; init; }

    /// <summary>Only examples on which both cohorts were at least so sure, in [0, 1].</summary>
    public double? MinMargin { get; init; }

    /// <summary>Only training examples of this bin, 1 (least influential) to 20.</summary>
    public int? InfluenceBin { get; init; }

    public override IEnumerable<FieldError> Broken()
    {
        foreach (var error in base.Broken()) yield return error;
        if (MinMargin is < 0 or > 1) yield return new("minMargin", "must be from 0 to 1");
        if (InfluenceBin is < 1 or > InfluenceRanking.BinCount) yield return new("influenceBin", $"must be from 1 to {InfluenceRanking.BinCount}");
    }
}

/// <summary>What the tables of PIEs and of all examples have in common.</summary>
internal interface IVotedExample
{
    Guid ExampleId { get; }
    int Position { get; }
    string Text { get; }
    string? SecondText { get; }
    IReadOnlyList<string> Labels { get; }
    CohortVote Dense { get; }
    CohortVote Pruned { get; }
    double Margin { get; }
    PieDirection? Direction { get; }
    bool Tied { get; }
    IReadOnlyList<string>? Classes { get; }
    double? El2n { get; }
    int? InfluenceBin { get; }
}
