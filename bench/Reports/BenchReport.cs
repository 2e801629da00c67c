using System.Globalization;
using System.Text.Json.Serialization;
using PieService.Domain;
using PieService.Domain.Runs;

namespace PieService.Bench.Reports;

/// <summary>The measurements of one run of the benchmark, as its JSON file has them.</summary>
/// <param name="Host">The processor, the tensor library and the allocator that trainers have.</param>
/// <param name="Cores">The number of processors that the process may use.</param>
internal sealed record BenchReport(
    DateTimeOffset At, ComputeHost Host, int Cores, IReadOnlyList<Measurement> Measurements)
{
    public const string Header =
        "| measurement | speed | baseline | times the baseline | lowest to highest | the baseline is |\n"
        + "|---|---|---|---|---|---|";

    /// <summary>Where it was measured.</summary>
    [JsonIgnore] public string Machine => $"{Host.Processor}, {Cores} cores, {Host.Library}, {Host.Allocator}";

    /// <exception cref="InvalidDataException">The file has another content.</exception>
    public static BenchReport Read(string path)
    {
        try
        {
            var report = Json.Read<BenchReport>(File.ReadAllText(path));
            return report is { Host: not null, Measurements: not null } && !report.Measurements.Contains(null!)
                ? report : throw new InvalidDataException($"{path} is not a report of ./pie bench.");
        }
        catch (System.Text.Json.JsonException other)
        {
            throw new InvalidDataException($"{path} is not a report of ./pie bench: {other.Message}", other);
        }
    }

    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, Json.Write(this));
    }

    /// <summary>One line of the Markdown table.</summary>
    public static string Row(Measurement of) =>
        $"| {of.Name} | {Number(of.Speed)} {of.Unit} | {Number(of.Baseline)} {of.Unit} | {Number(of.Ratio)} "
        + $"| {Number(of.Lowest)} to {Number(of.Highest)} | {of.Against} |";

    /// <summary>
    /// The ratios beside those of an earlier report, for the measurements that both have. A change counts as one only
    /// if the ranges of the rounds do not overlap.
    /// </summary>
    public IEnumerable<string> ComparedWith(BenchReport earlier)
    {
        if ((Host, Cores) != (earlier.Host, earlier.Cores))
            yield return $"The earlier report is of another machine or library: {earlier.Machine}.\n";
        List<(Measurement Now, Measurement Before)> common =
        [
            .. Measurements.Join(
                earlier.Measurements, one => one.Name, one => one.Name, (now, before) => (now, before)),
        ];
        if (common.Count == 0)
        {
            yield return "The reports have no measurement in common.";
            yield break;
        }
        yield return "| measurement | before | now | now / before | ranges |";
        yield return "|---|---|---|---|---|";
        foreach (var (now, before) in common)
        {
            var overlap = now.Lowest <= before.Highest && before.Lowest <= now.Highest;
            var change = overlap ? "overlap" : now.Ratio > before.Ratio ? "faster" : "slower";
            yield return
                $"| {now.Name} | {Number(before.Ratio)} | {Number(now.Ratio)} | {Number(now.Ratio / before.Ratio)} "
                + $"| {change} |";
        }
    }

    /// <summary>Three significant digits, with separators of thousands.</summary>
    private static string Number(double value)
    {
        if (value == 0 || !double.IsFinite(value)) return value.ToString(CultureInfo.InvariantCulture);
        var digits = Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 6);
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(Math.Abs(value))) - 2));
        return (Math.Round(value / unit) * unit is var whole && digits == 0 ? whole : value)
            .ToString($"N{digits}", CultureInfo.InvariantCulture);
    }
}
