using Microsoft.EntityFrameworkCore;
using PieService.Domain.Bundles;
using PieService.Domain.Foreign;

namespace PieService.Domain.Storage;

/// <summary>The <see cref="StudiedValues"/> of stored runs. PostgreSQL computes the digests, so no value is
/// sent.</summary>
internal static class StoredValues
{
    /// <returns>The values of all runs of a sweep, by the ids of the runs.</returns>
    public static async Task<IReadOnlyDictionary<Guid, StudiedValues>> OfAsync(
        PieDbContext db, Guid sweepId, IReadOnlyList<StoredRun> runs, CancellationToken cancellation)
    {
        var results = (await db.Database.SqlQuery<ResultRow>($"""
            SELECT packed.run_id, packed.split, NULL::integer AS epoch, packed.threshold,
                encode(sha256(packed.classes), 'hex') AS classes, encode(sha256(packed.scores), 'hex') AS scores
            FROM sweep_runs AS link JOIN run_predictions AS packed
                ON packed.run_id = link.run_id AND packed.split = ANY(link.wanted_splits)
            WHERE link.sweep_id = {sweepId}
            UNION ALL
            SELECT packed.run_id, 'train', packed.epoch, NULL,
                encode(sha256(packed.classes), 'hex'), encode(sha256(packed.scores), 'hex')
            FROM sweep_runs AS link JOIN run_observations AS packed
                ON packed.run_id = link.run_id AND packed.epoch = ANY(link.wanted_epochs)
            WHERE link.sweep_id = {sweepId}
            """).ToListAsync(cancellation)).ToLookup(row => row.RunId);
        // In the form of StudiedValues.DigestOf.
        var answers = (await db.Database.SqlQuery<AnswersRow>($"""
            SELECT answers.run_id, answers.start, encode(sha256(convert_to((
                SELECT string_agg(coalesce(octet_length(text) || ':' || text, '-'), '' ORDER BY place)
                FROM unnest(answers.texts) WITH ORDINALITY AS each(text, place)), 'UTF8')), 'hex') AS digest
            FROM sweep_runs AS link JOIN run_answers AS answers ON answers.run_id = link.run_id
            WHERE link.sweep_id = {sweepId}
            """).ToListAsync(cancellation)).ToLookup(row => row.RunId);
        return runs.ToDictionary(run => run.Id, run => new StudiedValues(
            [
                .. run.Predictions.SelectMany(of => results[run.Id].Where(
                    row => row.Epoch is null && row.Split == Wire.Name(of.Split))).Select(row => row.AsStudied()),
                .. run.Observed.SelectMany(epoch => results[run.Id].Where(row => row.Epoch == epoch))
                    .Select(row => row.AsStudied()),
            ],
            [.. answers[run.Id].OrderBy(row => row.Start).Select(row => row.Digest)]));
    }

    /// <returns>The SHA-256 of the <see cref="SweepDocuments"/> in hexadecimal digits; null if a sweep has
    /// none.</returns>
    public static async Task<string?> DocumentsAsync(PieDbContext db, Guid sweepId, CancellationToken cancellation) =>
        (await db.Database.SqlQuery<string>($"""
            SELECT encode(sha256(hashes), 'hex') AS "Value" FROM sweep_documents WHERE sweep_id = {sweepId}
            """).ToListAsync(cancellation)).SingleOrDefault();

    private sealed record ResultRow(
        Guid RunId, string Split, int? Epoch, double? Threshold, string Classes, string? Scores)
    {
        public StudiedResult AsStudied() => new(Split, Epoch, Threshold, Classes, Scores);
    }

    private sealed record AnswersRow(Guid RunId, int Start, string Digest);
}
