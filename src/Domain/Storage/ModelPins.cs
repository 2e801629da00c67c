using Microsoft.EntityFrameworkCore;
using PieService.Domain.Runs;

namespace PieService.Domain.Storage;

/// <summary>The files of this name differ from those with which the dataset's other runs are trained.</summary>
public sealed class ModelMismatchException(string message, ModelKind kind, string name) : Exception(message)
{
    public ModelKind Kind { get; } = kind;

    public string Name { get; } = name;
}

/// <summary>
/// A recipe has only the name of its vectors or checkpoint, and models that used different files of that name must not
/// be compared. So the first run of a dataset that uses a name fixes the content for all, before it is trained; the
/// content is checked again when a result is stored.
/// </summary>
public static class ModelPins
{
    /// <exception cref="ModelMismatchException">Another run was first, with other content.</exception>
    public static async Task RequireAsync(
        PieDbContext db, Guid datasetId, ModelKind kind, string name, string sha256, CancellationToken cancellation)
    {
        // If several workers come at the same time, one inserts the row, and the others wait here for its content.
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO model_pins (dataset_id, kind, name, sha256)
                VALUES ({datasetId}, {Wire.Name(kind)}, {name}, {sha256}) ON CONFLICT DO NOTHING
            """, cancellation);
        var pinned = await db.ModelPins.Where(pin => pin.DatasetId == datasetId && pin.Kind == kind && pin.Name == name)
            .Select(pin => pin.Sha256).SingleOrDefaultAsync(cancellation);
        if (pinned is null || pinned == sha256) return;
        var what = kind switch { ModelKind.Vectors => "word vectors", ModelKind.Bert => "checkpoint" };
        throw new ModelMismatchException(
            $"This worker's {what} '{name}' has the SHA-256 {sha256}, but models of this dataset were trained with " +
            $"{pinned}. Give every worker the same content, or use another name for the new one.",
            kind, name);
    }

    /// <summary>
    /// Content with which no run was or is trained is released: the file may have been the wrong one.
    /// </summary>
    public static Task ForgetUnusedAsync(PieDbContext db, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            DELETE FROM model_pins AS pin WHERE NOT EXISTS (
                SELECT 1 FROM runs
                WHERE runs.dataset_id = pin.dataset_id AND (runs.state = 'running' OR runs.outcome IS NOT NULL)
                    AND CASE pin.kind WHEN 'vectors' THEN runs.vectors ELSE runs.checkpoint END = pin.name)
            """, cancellation);
}
