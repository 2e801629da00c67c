using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain.Analysis;
using PieService.Domain.Statistics;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>
/// The effect of pruning within the subgroups of the dataset: error rates of each class in each subgroup, and the rate
/// of its PIEs.
/// </summary>
/// <remarks>
/// A row is a class within a subgroup. fpr and fnr are the rates of false positives and of false negatives of the class
/// against all others, as means over the runs of a cohort. test is Welch's test over the runs, and beyondRest that of
/// the rate in the subgroup less the rate in the other examples. Their q values are over all classes of all subgroups,
/// also with the filter; of more than 10,000 such rows, over those of the class. Numbers are null until the comparison
/// is labelled, and where a subgroup has no example that can have the error. Each page computes all rows again from the
/// predictions of all runs, so request one page or a file.
/// </remarks>
public sealed class SubgroupTable()
    : Table<SubgroupFilter, SubgroupTable.Scope, SubgroupRowResponse>("comparison", "subgroups")
{
    /// <summary>The most rows, which are computed together.</summary>
    private const int MostRows = 10_000;

    private static readonly Columns<SubgroupRowResponse> Flat = new Columns<SubgroupRowResponse>()
        .Text("subgroup", row => row.Subgroup)
        .Text("class", row => row.Class)
        .Whole("examples", row => row.Examples)
        .Rate("fpr", row => row.Fpr)
        .Rate("fnr", row => row.Fnr)
        .Real("pieRate_group", row => row.PieRate?.Group)
        .Real("pieRate_rest", row => row.PieRate?.Rest)
        .Real("pieRate_ratio", row => row.PieRate?.Ratio)
        .Real("pieRate_low", row => row.PieRate?.Low)
        .Real("pieRate_high", row => row.PieRate?.High);

    public override async Task<Scope?> FindAsync(
        PieDbContext db, Guid id, SubgroupFilter filter, CancellationToken cancellation)
    {
        if (await ComparisonScope.FindAsync(db, id, cancellation) is not { } scope) return null;
        var only = LabelFilter.ClassOf(filter.Class, scope.Labels, "class");
        var subgroups = await db.Subgroups.Where(subgroup => subgroup.DatasetId == scope.DatasetId)
            .OrderBy(subgroup => subgroup.Id).AsNoTracking().ToListAsync(cancellation);
        var isLarge = subgroups.Count * scope.Labels.Length > MostRows;
        if (isLarge && only is null)
            throw new InvalidRequestException([new(
                "class",
                $"is required: {subgroups.Count} subgroups of {scope.Labels.Length} classes are more than {MostRows} "
                    + "rows")]);
        IReadOnlyList<int> computed = isLarge ? [only!.Value] : [.. Enumerable.Range(0, scope.Labels.Length)];
        bool IsAskedFor(int index) => only is null || index == only;
        if (subgroups.Count == 0) return new(scope, []);
        if (scope.Comparison.Summary is null)
            return new(
                scope,
                [
                    .. from subgroup in subgroups
                       from index in computed.Where(IsAskedFor)
                       select new SubgroupRowResponse(subgroup.Name, scope.Labels[index], null, null, null, null),
                ]);
        var effects = await ComparisonSubgroups.EffectsAsync(db, scope.Comparison, subgroups, computed, cancellation);
        return new(
            scope,
            [
                .. effects.Where(effect => IsAskedFor(effect.Class)).Select(effect => SubgroupRowResponse.Of(
                    effect, subgroups[effect.Subgroup].Name, scope.Labels[effect.Class])),
            ]);
    }

    public override Rows<SubgroupRowResponse> Rows(PieDbContext db, Scope scope, SubgroupFilter filter) =>
        new ListRows<SubgroupRowResponse>(scope.Rows);

    public override Columns<SubgroupRowResponse> Columns(Scope scope) => Flat;

    public override Provenance Provenance(Scope scope) => scope.Of.Provenance;

    public sealed record Scope(ComparisonScope Of, IReadOnlyList<SubgroupRowResponse> Rows);
}

public sealed record SubgroupFilter : TableQuery
{
    /// <summary>The name of a label. Only rows of this class are returned.</summary>
    public string? Class { get; init; }
}

/// <param name="Subgroup">The name of the subgroup.</param>
/// <param name="Class">The name of the label.</param>
/// <param name="Examples">The number of examples of the subgroup in the split of the comparison.</param>
/// <param name="Fpr">False positives of the class / examples of other classes; null if the subgroup has none.</param>
/// <param name="Fnr">False negatives of the class / examples of the class; null if the subgroup has none.</param>
/// <param name="PieRate">The rate of PIEs of all classes; null if the subgroup or the rest is empty.</param>
public sealed record SubgroupRowResponse(
    string Subgroup, string Class, int? Examples, SubgroupRateResponse? Fpr, SubgroupRateResponse? Fnr,
    SubgroupPieRate? PieRate)
{
    public static SubgroupRowResponse Of(SubgroupEffect effect, string subgroup, string label) => new(
        subgroup, label, effect.Examples, SubgroupRateResponse.Of(effect.FalsePositives),
        SubgroupRateResponse.Of(effect.FalseNegatives), SubgroupPieRate.Of(effect.Pies));
}

/// <param name="Dense">The mean over the dense runs, in [0, 1].</param>
/// <param name="Pruned">The mean over the pruned runs.</param>
/// <param name="RelativeChange">(pruned - dense) / dense; null if dense is 0.</param>
/// <param name="Test">Welch's test over the runs, pruned minus dense; null for one seed.</param>
/// <param name="BeyondRest">
/// The test of the rate in the subgroup less the rate in the other examples; null for one seed, and if the others have
/// no rate.
/// </param>
public sealed record SubgroupRateResponse(
    double Dense, double Pruned, double? RelativeChange, SubgroupTest? Test, SubgroupTest? BeyondRest)
{
    public static SubgroupRateResponse? Of(AdjustedRate? adjusted) => adjusted is not { Rate: var rate } ? null
        : new(
            rate.Dense, rate.Pruned, rate.RelativeChange, SubgroupTest.Of(rate.Test, adjusted.Q),
            SubgroupTest.Of(rate.BeyondRest, adjusted.BeyondRestQ));
}

/// <param name="Difference">The difference of the means: positive if pruning raises the rate.</param>
/// <param name="T">The statistic; null if neither cohort varies.</param>
/// <param name="Df">Degrees of freedom; null if neither cohort varies.</param>
/// <param name="P">Two-sided; null if neither cohort varies and their means differ.</param>
/// <param name="Low">The lower end of the 95 % interval of the difference.</param>
/// <param name="High">The upper end.</param>
/// <param name="Q">q by Benjamini and Hochberg over all rows without the filter; of more than 10,000, over those of the
/// class.</param>
public sealed record SubgroupTest(
    double Difference, double? T, double? Df, double? P, double? Low, double? High, double? Q)
{
    public static SubgroupTest? Of(WelchTest? test, double? q) =>
        test is null ? null : new(test.Difference, test.T, test.Df, test.P, test.Low, test.High, q);
}

/// <param name="Group">PIEs / examples of the subgroup.</param>
/// <param name="Rest">PIEs / examples of the others.</param>
/// <param name="Ratio">group / rest; null unless both have PIEs.</param>
/// <param name="Low">The lower end of the 95 % interval of the ratio.</param>
/// <param name="High">The upper end.</param>
public sealed record SubgroupPieRate(double Group, double Rest, double? Ratio, double? Low, double? High)
{
    public static SubgroupPieRate? Of(SubgroupPies? pies) => pies is null ? null
        : new(pies.Group, pies.Rest, pies.Ratio?.Value, pies.Ratio?.Low, pies.Ratio?.High);
}

file static class RateColumns
{
    public static Columns<SubgroupRowResponse> Rate(
        this Columns<SubgroupRowResponse> columns, string name,
        Func<SubgroupRowResponse, SubgroupRateResponse?> rate) => columns
        .Real($"{name}_dense", row => rate(row)?.Dense)
        .Real($"{name}_pruned", row => rate(row)?.Pruned)
        .Real($"{name}_relativeChange", row => rate(row)?.RelativeChange)
        .Test($"{name}_test", row => rate(row)?.Test)
        .Test($"{name}_beyondRest", row => rate(row)?.BeyondRest);

    private static Columns<SubgroupRowResponse> Test(
        this Columns<SubgroupRowResponse> columns, string name, Func<SubgroupRowResponse, SubgroupTest?> test) =>
        columns
            .Real($"{name}_difference", row => test(row)?.Difference)
            .Real($"{name}_t", row => test(row)?.T)
            .Real($"{name}_df", row => test(row)?.Df)
            .Real($"{name}_p", row => test(row)?.P)
            .Real($"{name}_low", row => test(row)?.Low)
            .Real($"{name}_high", row => test(row)?.High)
            .Real($"{name}_q", row => test(row)?.Q);
}
