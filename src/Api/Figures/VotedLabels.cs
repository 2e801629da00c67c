using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Http;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Api.Figures;

/// <summary>The votes on one example of a sweep, of which a figure shows those of one model and one baseline.</summary>
public sealed record VotedLabels(FigureScope Scope, SweepExample Voted)
{
    private const int MostOfText = 200;

    private Example Example => Voted.Example;

    /// <summary>By the number of the comparison.</summary>
    private readonly Dictionary<int, PieLabel> labels =
        Voted.Votes.ToDictionary(vote => vote.Comparison.Number, vote => vote.Label);

    /// <summary>The figure of the comparisons that a query selects; null if none of them has votes.</summary>
    /// <exception cref="InvalidRequestException">
    /// The query names something that the sweep does not have, or that is not labelled yet.
    /// </exception>
    public TrajectoryFigure? Figure(FigureQuery query)
    {
        var selected = Scope.Select(query with { Split = Example.Split }, Example.Split);
        List<(Comparison Comparison, PieLabel Label)> voted =
        [
            .. from comparison in selected.Labelled
               where labels.ContainsKey(comparison.Number)
               select (comparison, labels[comparison.Number]),
        ];
        if (voted.Count == 0) return null;
        var shown = Scope.Task == LearningTask.MultiLabel
            ? ShownClass(query.Labels, [.. voted.Select(row => row.Label)]) : (int?)null;
        if (shown is null && query.Labels is not null)
            throw new InvalidRequestException(
                [new("labels", "is for multi-label data: the figure shows all labels of other data")]);
        // A provisional comparison may have fewer dense runs than the cohort.
        var dense = voted.MaxBy(row => row.Label.DenseRuns).Label;
        IReadOnlyList<CohortVotesRow> rows =
        [
            Row(null, dense, dense.DenseVotes, dense.DenseRuns, dense.DenseTied, shown),
            .. voted.Select(row => Row(
                ComparedCohort.Of(row.Comparison), row.Label, row.Label.PrunedVotes, row.Label.PrunedRuns,
                row.Label.PrunedTied, shown)),
        ];
        return new(
            selected.Source, Example.Id, Example.Position,
            Example.Text.Length <= MostOfText ? Example.Text : $"{Example.Text[..MostOfText]}…",
            [.. Example.Labels.Select(label => Scope.Labels[label])], dense.El2n, dense.InfluenceBin,
            shown is { } c ? [NameOf(c)] : WithVotes(rows), rows)
        {
            IsOfOneLabel = shown is not null,
        };
    }

    /// <param name="shown">The class that is shown of multi-label data.</param>
    private CohortVotesRow Row(
        ComparedCohort? cohort, PieLabel label, byte[] packed, int runs, bool isTied, int? shown)
    {
        var votes = Scope.Labels.Select((name, c) => (name, votes: PackedVotes.Of(packed, c)))
            .Where(row => row.votes > 0).ToDictionary(row => row.name, row => row.votes);
        var isPie = cohort is not null && label.IsPie;
        return shown is { } c
            ? new(
                cohort, runs, isPie, cohort is not null && Differ(label, c), 2 * PackedVotes.Of(packed, c) == runs,
                votes)
            : new(cohort, runs, isPie, isPie, isTied, votes);
    }

    /// <summary>
    /// The class that is asked for; else the one about which most cohorts differ from their dense cohort, or whose
    /// shares of votes differ most; if no votes differ, a gold label, or the class with most votes.
    /// </summary>
    private int ShownClass(string? asked, IReadOnlyList<PieLabel> labels)
    {
        if (asked is null)
            return Enumerable.Range(0, Scope.Labels.Length).MaxBy(c => (
                labels.Count(label => Differ(label, c)), labels.Sum(label => Math.Abs(Difference(label, c))),
                Example.Labels.Contains((short)c), labels.Sum(label => PackedVotes.Of(label.DenseVotes, c))));
        return Array.IndexOf(Scope.Labels, asked) is >= 0 and var known ? known
            : throw new InvalidRequestException([new("labels", $"must be one label of the dataset, not {asked}")]);
    }

    private static bool Differ(PieLabel label, int c) =>
        2 * PackedVotes.Of(label.PrunedVotes, c) > label.PrunedRuns
        != 2 * PackedVotes.Of(label.DenseVotes, c) > label.DenseRuns;

    private static double Difference(PieLabel label, int c) =>
        ((double)PackedVotes.Of(label.PrunedVotes, c) / label.PrunedRuns)
        - ((double)PackedVotes.Of(label.DenseVotes, c) / label.DenseRuns);

    private UserText NameOf(int c) => new(Scope.Labels[c], $"label {c + 1}");

    /// <summary>The labels that have votes and the gold label, which is the first one.</summary>
    private IReadOnlyList<UserText> WithVotes(IReadOnlyList<CohortVotesRow> rows)
    {
        var gold = Scope.Labels[Example.Labels[0]];
        return
        [
            .. Enumerable.Range(0, Scope.Labels.Length).Select(c => (
                Label: NameOf(c), Votes: rows.Sum(row => row.Votes.GetValueOrDefault(Scope.Labels[c]))))
                .Where(label => label.Votes > 0 || label.Label.Text == gold)
                .OrderBy(label => label.Label.Text != gold).ThenByDescending(label => label.Votes)
                .Select(label => label.Label),
        ];
    }
}
