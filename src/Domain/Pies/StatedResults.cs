using System.Globalization;
using System.Text.Json;

namespace PieService.Domain.Pies;

/// <summary>
/// The results that the file of a comparison states. They are computed again from the predictions, and must be equal.
/// </summary>
/// <param name="Labels">The SHA-256 of the votes, majorities and PIEs as JSON lines; null if the file states
/// none.</param>
/// <param name="AnalysisVersion">The version of the computations that the labels follow from.</param>
/// <param name="Summary">A <see cref="ComparisonSummary"/>, perhaps of another version of the service.</param>
public sealed record StatedResults(string? Labels, int? AnalysisVersion, JsonElement Summary)
{
    /// <summary>The largest number of characters of a stated summary.</summary>
    public const int MaxSummary = 16 * 1024;

    /// <summary>The largest number of characters of a stated digest of labels.</summary>
    public const int MaxLabels = 100;

    /// <summary>Sums of logarithms may differ in the last digits between processors.</summary>
    private const double Tolerance = 1e-9;

    private const int MostDifferences = 5, MostDigits = 40;

    /// <summary>
    /// The numbers that differ, each with both values: at most five of them. Texts are not compared, nor numbers that
    /// are not stated, since an earlier version may have others.
    /// </summary>
    /// <param name="computed">The summary that the predictions give.</param>
    public IReadOnlyList<string> DifferencesFrom(ComparisonSummary computed) =>
    [
        .. Differences(JsonSerializer.SerializeToElement(computed, Json.Options), Summary, "").Take(MostDifferences),
    ];

    private static IEnumerable<string> Differences(JsonElement computed, JsonElement stated, string path) =>
        computed.ValueKind switch
        {
            JsonValueKind.Object when stated.ValueKind == JsonValueKind.Object =>
                computed.EnumerateObject().SelectMany(member => stated.TryGetProperty(member.Name, out var value)
                    ? Differences(member.Value, value, path.Length == 0 ? member.Name : $"{path}.{member.Name}") : []),
            JsonValueKind.Array when stated.ValueKind == JsonValueKind.Array
                && stated.GetArrayLength() == computed.GetArrayLength() =>
                computed.EnumerateArray().Zip(stated.EnumerateArray())
                    .SelectMany((pair, i) => Differences(pair.First, pair.Second, $"{path}[{i}]")),
            JsonValueKind.String => [],
            _ => AreEqual(computed, stated) ? [] : [$"{path}: {Shown(stated)} stated, {Shown(computed)} computed"],
        };

    private static bool AreEqual(JsonElement computed, JsonElement stated)
    {
        if (computed.ValueKind != stated.ValueKind) return false;
        if (computed.ValueKind != JsonValueKind.Number)
            return computed.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null;
        var (one, other) = (computed.GetDouble(), stated.GetDouble());
        return double.IsFinite(other)
            && Math.Abs(one - other) <= Tolerance * Math.Max(Math.Abs(one), Math.Abs(other));
    }

    /// <summary>A stated value comes from a file, so only numbers are shown.</summary>
    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.GetRawText() is { Length: <= MostDigits } digits => digits,
        JsonValueKind.Number => value.GetDouble().ToString(CultureInfo.InvariantCulture),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Null => "no value",
        _ => "another value",
    };
}
