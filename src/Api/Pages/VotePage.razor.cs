using System.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>One example with the votes of all cohorts of a sweep.</summary>
public partial class VotePage : HtmlPage<VotePage.Content>
{
    /// <param name="Runs">The numbers of runs that voted in each comparison.</param>
    /// <param name="Place">Null if the page was not opened from a list that exists.</param>
    public sealed record Content(
        Guid SweepId, string SweepName, string Dataset, Example Example, ExampleVotesResponse Votes,
        IReadOnlyDictionary<Guid, VotingRuns> Runs, VoteViewFilter Filter, PlaceInList? Place);

    public static async Task<IResult> ShowAsync(
        Guid id, Guid exampleId, Query<VoteViewFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        // All parts are of one labelling: a provisional comparison may be labelled again meanwhile.
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var found = await ExampleVoteEndpoints.Get(id, exampleId, new(new()), db, cancellation);
        if (found.Result is not Ok<ExampleVotesResponse> { Value: { } votes }) return found.Result;
        var about = await (from sweep in db.Sweeps
                           join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
                           where sweep.Id == id
                           select new { sweep.Name, Dataset = dataset.Name }).SingleAsync(cancellation);
        var runs = await (from label in db.PieLabels
                          join comparison in db.Comparisons on label.ComparisonNumber equals comparison.Number
                          where label.Position == votes.Position && comparison.SweepId == id
                          select new { comparison.Id, Of = new VotingRuns(label.DenseRuns, label.PrunedRuns) })
            .ToDictionaryAsync(row => row.Id, row => row.Of, cancellation);
        var example = await db.Examples.AsNoTracking().SingleAsync(one => one.Id == exampleId, cancellation);
        var place = query.Value.In is { } list
            ? await OpenedExamples.FindAsync(list, id, example, db, cancellation) : null;
        return Render<VotePage>(new Content(id, about.Name, about.Dataset, example, votes, runs, query.Value, place));
    }

    private IReadOnlyList<Word> Explanations =>
    [
        Words.Vote, Words.Pie, Words.Margin, Words.Q, Words.Shift, Words.Replicated,
        .. Model.Votes.LabelQuality.Count > 0 ? [Words.SelfConfidence] : Array.Empty<Word>(),
        .. InfluenceBin is null ? Array.Empty<Word>() : [Words.InfluenceBin],
    ];

    /// <summary>Null for an example that no dense run was trained on.</summary>
    private int? InfluenceBin => Model.Votes.Comparisons.Max(vote => vote.InfluenceBin);

    private IReadOnlyList<ComparisonVote> Listed =>
        [.. Model.Votes.Comparisons.Where(vote => vote.IsPie || !Model.Filter.OnlyPies)];

    private int Pies => Model.Votes.Comparisons.Count(vote => vote.IsPie);

    private IReadOnlyList<(string Name, string Address)> Crumbs =>
        [("Sweeps", "/ui/sweeps"), (Model.SweepName, $"/ui/sweeps/{Model.SweepId}")];

    /// <summary>A figure has one model and one baseline; multi-label data have none.</summary>
    private IEnumerable<(string Model, Method Baseline)> Figures =>
        Model.Votes.Comparisons.Any(vote => vote.Classes is not null) ? []
            : Model.Votes.Comparisons.Select(vote => (vote.Model, vote.Baseline)).Distinct();

    private static Dictionary<string, string> FigureOf(string model, Method baseline) =>
        new() { ["model"] = model, ["baseline"] = Wire.Name(baseline) };

    /// <summary>The comparisons of a sweep have cohorts of one kind.</summary>
    private CohortKind Kind => CohortKind.OfNamed(Model.Votes.Comparisons.Select(vote => vote.Cohort).FirstOrDefault());

    private VotingRuns RunsOf(ComparisonVote vote) => Model.Runs[vote.ComparisonId];

    private static string NameOf(ComparisonVote vote) => vote.Cohort ?? Wire.Name(vote.Method);

    private string NameOf(Method baseline) => Kind.HasTargets ? Wire.Name(baseline) : Kind.Baseline;

    private string TitleOf(string model, Method baseline) =>
        $"Votes of {model} against {NameOf(baseline)}, by {(Kind.HasTargets ? "method and sparsity" : "cohort")}";

    private static string SizeOf(ComparisonVote vote) =>
        vote.AchievedSparsity is { } achieved ? $"{Shown.Sparsity(vote.Sparsity)} → {Shown.Sparsity(achieved)}"
        : Shown.Sparsity(vote.Sparsity);
}

/// <summary>The numbers of runs of a comparison that voted on an example.</summary>
public sealed record VotingRuns(int Dense, int Pruned);

/// <summary>The comparisons that the page of an example lists, and the list from which it was opened.</summary>
public sealed record VoteViewFilter
{
    /// <summary>As <see cref="OpenedList"/> has it; null if it is not known.</summary>
    public string? In { get; init; }

    /// <summary>Whether to list only the comparisons in which the example is a PIE.</summary>
    public bool OnlyPies { get; init; }
}
