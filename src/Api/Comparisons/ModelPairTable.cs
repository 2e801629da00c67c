using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Statistics;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>
/// Compares the models of a sweep: every pair of models at the same method, sparsity, baseline and split.
/// </summary>
/// <remarks>
/// Each row has the effect of pruning on both models, with their noise floors, and the overlap of their PIEs: the PIEs
/// that both models share, and the number that two random sets of these sizes would share. comparable is false if one
/// model keeps over 5 % more weights than the other, whatever the target is. Results are null until both comparisons
/// are labelled. A sweep with a single model has no pairs.
/// </remarks>
public sealed class ModelPairTable() : Table<ModelPairFilter, SweepScope, ModelPairResponse>("sweep", "models")
{
    private static readonly Order<Pair> ByRequest = Order<Pair>.By(pair => pair.First.Ordinal)
        .ThenBy(pair => pair.Second.Ordinal);

    private static readonly Columns<ModelPairResponse> Flat = new Columns<ModelPairResponse>()
        .Name("method", row => row.Method)
        .Real("sparsity", row => (double)row.Sparsity)
        .Name("baseline", row => row.Baseline)
        .Name("split", row => row.Split)
        .Whole("examples", row => row.Examples)
        .Model("first", row => row.First)
        .Model("second", row => row.Second)
        .Real("sparsityDifference", row => row.SparsityDifference)
        .Flag("comparable", row => row.Comparable)
        .Whole("overlap_shared", row => row.Overlap?.Shared)
        .Whole("overlap_union", row => row.Overlap?.Union)
        .Real("overlap_jaccard", row => row.Overlap?.Jaccard)
        .Real("overlap_expectedShared", row => row.Overlap?.ExpectedShared)
        .Real("overlap_expectedJaccard", row => row.Overlap?.ExpectedJaccard)
        .Real("overlap_ratio", row => row.Overlap?.Ratio);

    public override Task<SweepScope?> FindAsync(
        PieDbContext db, Guid id, ModelPairFilter filter, CancellationToken cancellation) =>
        SweepScope.FindAsync(db, id, cancellation);

    public override Rows<ModelPairResponse> Rows(PieDbContext db, SweepScope scope, ModelPairFilter filter)
    {
        var pairs = from first in db.Comparisons
                    join second in db.Comparisons
                        on new { first.SweepId, first.Method, first.Sparsity, first.Baseline, first.Split }
                        equals new { second.SweepId, second.Method, second.Sparsity, second.Baseline, second.Split }
                    where first.SweepId == scope.SweepId && first.Ordinal < second.Ordinal
                        && first.Model != second.Model
                        // Imported cohorts have one method and often one sparsity.
                        && first.Compression == second.Compression && first.Bits == second.Bits
                        && (filter.Model == null || first.Model == filter.Model || second.Model == filter.Model)
                        && (filter.Method == null || first.Method == filter.Method)
                        && (filter.Sparsity == null || first.Sparsity == filter.Sparsity)
                    select new Pair
                    {
                        First = first,
                        Second = second,
                        Shared = db.PieLabels.Count(one => one.ComparisonNumber == first.Number && one.IsPie
                            && db.PieLabels.Any(
                                other => other.ComparisonNumber == second.Number && other.Position == one.Position
                                    && other.IsPie)),
                    };
        return new QueryRows<Pair, ModelPairResponse>(
            pairs, ByRequest, pair => ModelPairResponse.Of(ModelPair.Of(pair.First, pair.Second, pair.Shared)));
    }

    public override Columns<ModelPairResponse> Columns(SweepScope scope) => Flat;

    public override Provenance Provenance(SweepScope scope) => scope.Provenance;

    private sealed record Pair
    {
        public required Comparison First { get; init; }
        public required Comparison Second { get; init; }

        /// <summary>The number of examples that are PIEs of both models.</summary>
        public required int Shared { get; init; }
    }
}

public sealed record ModelPairFilter : TableQuery
{
    /// <summary>The name of a model in the sweep. Only pairs with this model are returned.</summary>
    public string? Model { get; init; }

    /// <summary>Only pairs of this pruning method are returned.</summary>
    public Method? Method { get; init; }

    /// <summary>The target sparsity, in percent.</summary>
    public decimal? Sparsity { get; init; }
}

/// <param name="Examples">The number of examples of the split; null until a comparison is labelled.</param>
/// <param name="First">The model that comes first in the sweep's request.</param>
/// <param name="SparsityDifference">
/// The achieved sparsity of the second model minus that of the first, in percentage points.
/// </param>
/// <param name="Comparable">
/// Whether the share of weights that one model keeps is at most 1.05 times that of the other.
/// </param>
/// <param name="Overlap">The overlap of the two sets of PIEs.</param>
public sealed record ModelPairResponse(
    Method Method, decimal Sparsity, Method Baseline, Split Split, int? Examples, ComparedModel First,
    ComparedModel Second,
    double? SparsityDifference, bool? Comparable, PieOverlap? Overlap)
{
    public static ModelPairResponse Of(ModelPair pair) => new(
        pair.First.Method, pair.First.Sparsity, pair.First.Baseline, pair.First.Split, pair.First.Summary?.Examples,
        ComparedModel.Of(ComparisonResponse.Of(pair.First)), ComparedModel.Of(ComparisonResponse.Of(pair.Second)),
        pair.SparsityDifference, pair.Comparable, pair.Overlap);
}

/// <summary>One model of the pair, with the results of its comparison.</summary>
/// <param name="Seeds">The numbers of runs of both cohorts.</param>
/// <param name="Complete">Whether every expected run has succeeded; else the numbers are provisional.</param>
/// <param name="Score">The scores of both cohorts on the split; null until the comparison is labelled.</param>
/// <param name="Pies">The number of PIEs; null until the comparison is labelled.</param>
/// <param name="PieRate">The number of PIEs divided by the number of examples, in [0, 1].</param>
public sealed record ComparedModel(
    Guid ComparisonId, string Model, Architecture Architecture, Spread? AchievedSparsity, ComparedSeeds Seeds,
    bool Complete,
    ComparedScores? Score, int? Pies, double? PieRate, NoiseFloor? NoiseFloor)
{
    public static ComparedModel Of(ComparisonResponse comparison) => new(
        comparison.Id, comparison.Model, comparison.Architecture, comparison.AchievedSparsity, comparison.Seeds,
        comparison.Complete,
        comparison.Score, comparison.Pies, comparison.PieRate, comparison.NoiseFloor);
}

file static class ModelColumns
{
    public static Columns<ModelPairResponse> Model(
        this Columns<ModelPairResponse> columns, string side, Func<ModelPairResponse, ComparedModel> model) => columns
        .Id($"{side}_comparisonId", row => model(row).ComparisonId)
        .Text($"{side}_model", row => model(row).Model)
        .Name($"{side}_architecture", row => model(row).Architecture)
        .Spread($"{side}_achievedSparsity", row => model(row).AchievedSparsity)
        .Whole($"{side}_seeds_dense", row => model(row).Seeds.Dense)
        .Whole($"{side}_seeds_pruned", row => model(row).Seeds.Pruned)
        .Whole($"{side}_seeds_expected", row => model(row).Seeds.Expected)
        .Flag($"{side}_complete", row => model(row).Complete)
        .Text($"{side}_score_metric", row => model(row).Score is { } score ? Wire.Name(score.Metric) : null)
        .Spread($"{side}_score_dense", row => model(row).Score?.Dense)
        .Spread($"{side}_score_pruned", row => model(row).Score?.Pruned)
        .Whole($"{side}_pies", row => model(row).Pies)
        .Real($"{side}_pieRate", row => model(row).PieRate)
        .NoiseFloor($"{side}_noiseFloor", row => model(row).NoiseFloor);
}
