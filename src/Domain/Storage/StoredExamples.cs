using Microsoft.EntityFrameworkCore;
using PieService.Domain.Datasets;
using PieService.Domain.Foreign;

namespace PieService.Domain.Storage;

/// <summary>The examples of a split as an import of predictions matches them.</summary>
public static class StoredExamples
{
    /// <summary>Reads them while they are enumerated, in the order of their positions.</summary>
    public static IEnumerable<MatchedExample> Of(PieDbContext db, Dataset dataset, Split split) =>
        from example in db.Examples.AsNoTracking()
            .Where(example => example.DatasetId == dataset.Id && example.Split == split)
            .OrderBy(example => example.Position)
            .Select(example => new { example.SourceId, example.Text, example.Labels })
            .AsEnumerable()
        select new MatchedExample(
            example.SourceId, example.Text, [.. example.Labels.Select(label => dataset.Labels[label])]);
}
