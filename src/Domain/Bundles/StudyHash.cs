using System.Security.Cryptography;
using System.Text;
using PieService.Domain.Runs;

namespace PieService.Domain.Bundles;

/// <summary>A run of a sweep with all that its predictions and those of other runs are compared by.</summary>
/// <param name="Cohort">The name of the foreign cohort, or the fingerprint of the recipe.</param>
/// <param name="Splits">The wire names of the splits that the sweep compares.</param>
public sealed record StudiedRun(
    string Model, string Cohort, int Seed, RunState State, string? PredictionHash, IReadOnlyList<string> Splits);

/// <summary>
/// The identity of the content of a sweep: its dataset, and its runs with their predictions. Two sweeps with the same
/// hash have the same comparisons with the same labels, whatever their ids and names are.
/// </summary>
public static class StudyHash
{
    /// <param name="runs">In the order of the sweep.</param>
    public static string Of(string datasetHash, IEnumerable<StudiedRun> runs)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(BundleEntries.Format);
        Add(datasetHash);
        foreach (var run in runs) Add(run);
        return "sha256:" + Convert.ToHexStringLower(sha.GetHashAndReset());

        void Add<T>(T value) => sha.AppendData(Encoding.UTF8.GetBytes(Json.Write(value) + "\n"));
    }
}
