using System.Data;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Figures;
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
    /// <param name="IsCompared">Whether the sweep has comparisons on the split of the example, labelled or not.</param>
    /// <param name="Runs">The numbers of runs that voted in each comparison.</param>
    /// <param name="Place">Null if the page was not opened from a list that exists.</param>
    public sealed record Content(
        Guid SweepId, string SweepName, string Dataset, Example Example, bool IsCompared, ExampleVotesResponse Votes,
        IReadOnlyList<ShownFigure> Figures, IReadOnlyDictionary<Guid, VotingRuns> Runs, VoteViewFilter Filter,
        PlaceInList? Place);

    public static async Task<IResult> ShowAsync(
        Guid id, Guid exampleId, Query<VoteViewFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        // All parts are of one labelling: a provisional comparison may be labelled again meanwhile.
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        if (await FigureScope.FindAsync(db, id, cancellation) is not { } scope) return Problems.NotFound("sweep", id);
        var (found, problem) = await scope.FindExampleAsync(db, exampleId, cancellation);
        if (found is null) return problem!;
        var (example, votes) = (found.Example, await ExampleVotesResponse.OfAsync(db, found, cancellation));
        var place = query.Value.In is { } list
            ? await OpenedExamples.FindAsync(list, id, example, db, cancellation) : null;
        return Render<VotePage>(new Content(
            id, scope.Sweep.Name, scope.Dataset, example, scope.IsComparedOn(example.Split), votes,
            FiguresOf(new(scope, found), votes), RunsOf(found), query.Value, place));
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

    /// <summary>A figure has one model and one baseline.</summary>
    private static IReadOnlyList<ShownFigure> FiguresOf(VotedLabels voted, ExampleVotesResponse votes) =>
    [
        .. from of in votes.Comparisons.Select(vote => (vote.Model, vote.Baseline)).Distinct()
           let figure = voted.Figure(new FigureQuery { Model = of.Model, Baseline = of.Baseline })
           where figure is not null
           select ShownFigure.Of(
               figure, $"/sweeps/{voted.Scope.Sweep.Id}/examples/{votes.ExampleId}/figures/trajectory",
               new Dictionary<string, string> { ["model"] = of.Model, ["baseline"] = Wire.Name(of.Baseline) }) with
           {
               Title = TitleOf(of.Model, of.Baseline, CohortKind.Of(voted.Scope.Sweep.Origin)),
           },
    ];

    private static Dictionary<Guid, VotingRuns> RunsOf(SweepExample found) =>
        found.Votes.ToDictionary(vote => vote.Comparison.Id, vote => VotingRuns.Of(vote.Label));

    /// <summary>The comparisons of a sweep have cohorts of one kind.</summary>
    private CohortKind Kind => CohortKind.OfNamed(Model.Votes.Comparisons.Select(vote => vote.Cohort).FirstOrDefault());

    private VotingRuns RunsOf(ComparisonVote vote) => Model.Runs[vote.ComparisonId];

    private static string NameOf(ComparisonVote vote) => vote.Cohort ?? Wire.Name(vote.Method);

    private static string NameOf(Method baseline, CohortKind kind) =>
        kind.HasTargets ? Wire.Name(baseline) : kind.Baseline;

    private static string TitleOf(string model, Method baseline, CohortKind kind) =>
        $"Votes of {model} against {NameOf(baseline, kind)}, by {(kind.HasTargets ? "method and sparsity" : "cohort")}";

    private static string SizeOf(ComparisonVote vote) =>
        vote.AchievedSparsity is { } achieved ? $"{Shown.Sparsity(vote.Sparsity)} → {Shown.Sparsity(achieved)}"
        : Shown.Sparsity(vote.Sparsity);
}

/// <summary>The numbers of runs of a comparison that voted on an example.</summary>
public sealed record VotingRuns(int Dense, int Pruned)
{
    public static VotingRuns Of(PieLabel label) => new(label.DenseRuns, label.PrunedRuns);
}

/// <summary>The comparisons that the page of an example lists, and the list from which it was opened.</summary>
public sealed record VoteViewFilter
{
    /// <summary>As <see cref="OpenedList"/> has it; null if it is not known.</summary>
    public string? In { get; init; }

    /// <summary>Whether to list only the comparisons in which the example is a PIE.</summary>
    public bool OnlyPies { get; init; }
}
