using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace PieService.Domain.Storage;

/// <summary>A hash by which the labels of a comparison here and in a bundle are compared.</summary>
internal static class LabelDigest
{
    /// <summary>The SHA-256 of the labels, as the query prints them: a line for each example.</summary>
    /// <param name="comparison">The number of the comparison.</param>
    public static async Task<string> OfAsync(PieDbContext db, int comparison, CancellationToken cancellation)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var line in db.Database.SqlQuery<string>($"""
            SELECT (to_jsonb(label) - 'comparison_number')::text AS "Value"
            FROM pie_labels AS label WHERE comparison_number = {comparison} ORDER BY position
            """).AsAsyncEnumerable().WithCancellation(cancellation))
            sha.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
        return "sha256:" + Convert.ToHexStringLower(sha.GetHashAndReset());
    }
}
