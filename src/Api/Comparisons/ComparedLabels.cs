using Microsoft.EntityFrameworkCore;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>
/// The labels of some comparisons in SQL: from FROM to a condition. {0} is the array of the comparisons' numbers, {1}
/// that of positions.
/// </summary>
public static class ComparedLabels
{
    /// <summary>Those of all examples.</summary>
    public const string All = "FROM pie_labels WHERE comparison_number = ANY({0})";

    /// <summary>
    /// Those of some examples. An array of numbers would be searched in each part of the labels at each position, also
    /// for the comparisons that are in the other parts; this searches each number in the part that has it. For a join
    /// with the table of comparisons PostgreSQL may read all of that table.
    /// </summary>
    public const string At = """
        FROM unnest({0}) AS compared (number) JOIN pie_labels ON comparison_number = number WHERE position = ANY({1})
        """;

    /// <summary>Those of one example.</summary>
    public static IQueryable<PieLabel> Of(PieDbContext db, IEnumerable<int> comparisons, int position) =>
        db.PieLabels.FromSqlRaw(
            "SELECT pie_labels.* " + At, (int[])[.. comparisons], new[] { position }).AsNoTracking();
}
