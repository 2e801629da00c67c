using System.Globalization;
using PieService.Domain.Datasets;

namespace PieService.Domain.Bundles;

/// <summary>The names of the files in a bundle. None of them comes from the content of the bundle.</summary>
public static class BundleEntries
{
    public const string Format = "pie-bundle/1";

    public const string Manifest = "manifest.json";
    public const string Dataset = "dataset.json";
    public const string Examples = "examples.ndjson";
    public const string Sweep = "sweep.json";
    public const string Runs = "runs.ndjson";
    public const string Comparisons = "comparisons.ndjson";

    /// <summary>The hashes of the documents of imported predictions, if their files have any.</summary>
    public const string Documents = "documents.hashes";

    /// <summary>The last one: the SHA-256 of all others, as sha256sum writes it.</summary>
    public const string Checksums = "checksums.sha256";

    public static string Classes(Split split) => $"predictions/{Wire.Name(split)}.classes";

    public static string Scores(Split split) => $"predictions/{Wire.Name(split)}.scores";

    public static string Answers(Split split) => $"answers/{Wire.Name(split)}.ndjson";

    /// <param name="epoch">0-based.</param>
    public static string ObservedClasses(int epoch) => $"observations/{epoch}.classes";

    public static string ObservedScores(int epoch) => $"observations/{epoch}.scores";

    /// <summary>Whether a bundle may have a file of this name.</summary>
    public static bool IsKnown(string name) =>
        name is Manifest or Dataset or Examples or Sweep or Runs or Comparisons or Documents or Checksums
        || Enum.GetValues<Split>().Any(
            split => name == Classes(split) || name == Scores(split) || name == Answers(split))
        || (name.Split('/', '.') is ["observations", var number, _]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            && (name == ObservedClasses(epoch) || name == ObservedScores(epoch)));
}
