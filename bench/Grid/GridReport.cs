using System.Globalization;
using PieService.Domain;

namespace PieService.Bench.Grid;

/// <summary>What ./pie bench --grid measured, as its JSON file has it.</summary>
/// <param name="Grids">The number of grids in the database.</param>
internal sealed record GridReport(double Grids, IReadOnlyList<GridMeasurement> Paths)
{
    /// <exception cref="InvalidDataException">The file does not exist or has another content.</exception>
    public static GridReport Read(string path)
    {
        try
        {
            var report = Json.Read<GridReport>(File.ReadAllText(path));
            return report is { Paths: not null } ? report : throw new InvalidDataException(Message());
        }
        catch (Exception other) when (other is IOException or System.Text.Json.JsonException)
        {
            throw new InvalidDataException($"{Message()} {other.Message}", other);
        }

        string Message() => $"{path} is not a report of ./pie bench --grid.";
    }

    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, Json.Write(this));
    }

    /// <summary>A Markdown table of what each path costs with ever more grids. A path grows if the most grids have more
    /// than 1.2 times the blocks of the fewest, and more than the rows explain.</summary>
    /// <param name="reports">At least two, in any order.</param>
    public static IEnumerable<string> Growth(IEnumerable<GridReport> reports)
    {
        GridReport[] ordered = [.. reports.OrderBy(report => report.Grids)];
        var grids = string.Join(" / ", ordered.Select(report => report.Grids.ToString(CultureInfo.InvariantCulture)));
        yield return $"Grids: {grids}.";
        yield return "| path | blocks | rows | p95, ms | grows |";
        yield return "|---|---|---|---|---|";
        foreach (var name in ordered.SelectMany(report => report.Paths).Select(path => path.Name).Distinct())
        {
            // A report of another version may lack the path.
            GridMeasurement?[] sizes =
                [.. ordered.Select(report => report.Paths.FirstOrDefault(path => path.Name == name))];
            yield return string.Create(CultureInfo.InvariantCulture,
                $"| `{name}` | {Each(path => $"{path.Blocks:N0}")} "
                + $"| {Each(path => $"{path.Rows:N0}")} | {Each(path => $"{path.P95:F1}")} | {Mark(sizes)} |");

            string Each(Func<GridMeasurement, FormattableString> value) =>
                string.Join(" / ", sizes.Select(path => path is null ? "–" : FormattableString.Invariant(value(path))));
        }
    }

    private static string Mark(GridMeasurement?[] sizes)
    {
        if (sizes is not [{ } least, .., { } most]) return "";
        var ofRows = (double)(most.Rows + 1) / (least.Rows + 1);
        return most.Blocks > 1.2 * Math.Max(1, ofRows) * (least.Blocks + 10) ? "yes" : "";
    }
}

/// <param name="Blocks">The blocks of 8 KiB that the statements of a request read.</param>
/// <param name="Rows">The rows that they returned.</param>
internal sealed record GridMeasurement(
    string Name, long Bytes, double First, double P50, double P95, double P99, long Blocks, long Rows)
{
    /// <summary>A line of the Markdown table.</summary>
    public string Row => string.Create(CultureInfo.InvariantCulture,
        $"| `{Name}` | {Bytes:N0} | {First:F0} ms | {P50:F1} ms | {P95:F1} ms | {P99:F1} ms | {Blocks:N0} "
        + $"| {Rows:N0} |");
}
