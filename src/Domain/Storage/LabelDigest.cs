using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace PieService.Domain.Storage;

/// <summary>
/// A hash by which the labels of a comparison here and in a bundle are compared. It is of the columns that follow from
/// the votes by counting: the last digits of a real number, such as a q value, differ between processors.
/// </summary>
internal static class LabelDigest
{
    /// <summary>The SHA-256 of these columns, as the query prints them: a line for each example.</summary>
    /// <param name="comparison">The number of the comparison.</param>
    public static async Task<string> OfAsync(PieDbContext db, int comparison, CancellationToken cancellation)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var line in db.Database.SqlQuery<string>($"""
            SELECT to_jsonb(label)::text AS "Value" FROM (
                SELECT position, gold, dense_votes, pruned_votes, dense_runs, pruned_runs, dense_mode, pruned_mode,
                    dense_tied, pruned_tied, is_pie, direction, replicated
                FROM pie_labels WHERE comparison_number = {comparison}) AS label
            ORDER BY position
            """).AsAsyncEnumerable().WithCancellation(cancellation))
            sha.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
        return "sha256:" + Convert.ToHexStringLower(sha.GetHashAndReset());
    }
}
