using System.Security.Cryptography;
using System.Text;
using PieService.Domain.Foreign;
using PieService.Domain.Runs;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Bundles;

/// <summary>A run of a sweep with all that its predictions and those of other runs are compared by.</summary>
/// <param name="Cohort">The name of the foreign cohort, or the fingerprint of the recipe.</param>
/// <param name="Splits">The wire names of the splits that the sweep compares.</param>
/// <param name="Values">The digests of its predictions and answers; null in an outline.</param>
public sealed record StudiedRun(
    string Model, string Cohort, int Seed, RunState State, string? PredictionHash, IReadOnlyList<string> Splits,
    StudiedValues? Values);

/// <summary>
/// The identity of the content of a sweep: its dataset, its foreign cohorts with the hashes of their documents, and its
/// runs with their predictions, observations and answers. Two sweeps with the same hash have the same comparisons with
/// the same labels, whatever their ids and names are. The hash of runs without <see cref="StudiedRun.Values"/>, and
/// without the documents, is the outline of a sweep, which is computed without reading predictions.
/// </summary>
public static class StudyHash
{
    /// <param name="foreign">Null for a sweep with a request, whose recipes are in the fingerprints.</param>
    /// <param name="documents">The SHA-256 of the <see cref="DocumentHashes"/> in hexadecimal digits; null if there are
    /// none, and in an outline.</param>
    /// <param name="runs">In the order of the sweep.</param>
    public static string Of(
        string datasetHash, ForeignCohorts? foreign, string? documents, IEnumerable<StudiedRun> runs)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(BundleEntries.Format);
        Add(datasetHash);
        Add(foreign);
        if (documents is not null) Add(documents);
        foreach (var run in runs) Add(run);
        return "sha256:" + Convert.ToHexStringLower(sha.GetHashAndReset());

        void Add<T>(T value) => sha.AppendData(Encoding.UTF8.GetBytes(Json.Write(value) + "\n"));
    }
}
