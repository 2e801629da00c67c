using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;

namespace PieService.Api.SweepAnalysis;

/// <summary>Lists the classes of all comparisons of a sweep, comparison by comparison.</summary>
/// <remarks>
/// A row has the comparison, then the fields of GET /comparisons/{id}/classes. A comparison that is not labelled yet
/// has no rows.
/// </remarks>
public sealed class SweepClassTable()
    : Table<SweepClassFilter, SweepClassTable.Scope, SweepClassResponse>("sweep", "classes")
{
    private static readonly Columns<SweepClassResponse> Flat =
        new Columns<SweepClassResponse>().Identity("", row => row).Class();

    public override Task<Scope?> FindAsync(
        PieDbContext db, Guid id, SweepClassFilter filter, CancellationToken cancellation) =>
        (from sweep in db.Sweeps
         join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
         where sweep.Id == id
         select new Scope(new SweepScope(sweep.Id, sweep.DatasetId, sweep.Foreign != null), dataset.Labels))
        .SingleOrDefaultAsync(cancellation);

    public override Rows<SweepClassResponse> Rows(PieDbContext db, Scope scope, SweepClassFilter filter) =>
        new SweepClassRows(
            from comparison in filter.Of(db.Comparisons, scope.Of.SweepId, filter.Split)
            join scores in db.ClassScores on comparison.Id equals scores.ComparisonId
            where comparison.Summary != null
            select new ScoredComparison { Comparison = comparison, Scores = scores.Classes },
            scope.Labels, LabelFilter.ClassOf(filter.Label, scope.Labels));

    public override Columns<SweepClassResponse> Columns(Scope scope) => Flat;

    public override Provenance Provenance(Scope scope) => scope.Of.Provenance;

    public sealed record Scope(SweepScope Of, string[] Labels);
}

public sealed record SweepClassFilter : ComparisonSelection
{
    /// <summary>Only comparisons on this split count.</summary>
    public Split? Split { get; init; }

    /// <summary>The name of a label. Only this class of each comparison is returned.</summary>
    public string? Label { get; init; }
}

public sealed record SweepClassResponse : ClassResponse, IComparisonIdentity
{
    public SweepClassResponse(Comparison comparison, ClassResponse row) : base(row)
    {
        (ComparisonId, Model, Architecture) = (comparison.Id, comparison.Model, comparison.Architecture);
        (Method, Sparsity, Baseline, Split) =
            (comparison.Method, comparison.Sparsity, comparison.Baseline, comparison.Split);
        (Cohort, Compression, Bits) = (comparison.Cohort, comparison.Compression, comparison.Bits);
    }

    public Guid ComparisonId { get; }

    /// <summary>The model's name in the sweep.</summary>
    public string Model { get; }
    public Architecture Architecture { get; }
    public Method Method { get; }

    /// <summary>The target sparsity, in percent.</summary>
    public decimal Sparsity { get; }

    /// <summary>The dense cohort of the comparison: dense, dense4E, or external for imported predictions.</summary>
    public Method Baseline { get; }

    /// <summary>
    /// The cohort of imported predictions; null, like the next two, if this service trained the runs.
    /// </summary>
    public string? Cohort { get; }

    /// <summary>The compression of that cohort in words.</summary>
    public string? Compression { get; }

    /// <summary>The bits of one of its weights.</summary>
    public double? Bits { get; }
    public Split Split { get; }
}
