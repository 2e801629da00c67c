using System.Globalization;
using System.Text.Json.Nodes;
using PieService.Domain;
using PieService.Domain.Foreign.Guess;

namespace PieService.Import;

/// <summary>What the command prints: the plan before, and the answers that changed afterwards.</summary>
internal static class Texts
{
    public static IEnumerable<string> Plan(GuessedImport import)
    {
        var definition = import.Definition;
        yield return $"{definition.Name}: {definition.Files!.Count} files, "
            + $"{Wire.Name(definition.Files[0].Format!.Value)}, {Wire.Name(definition.Dataset!.Task ?? default)}"
            + (definition.Replication == default
                ? "" : $", runs of a cohort differ by {Wire.Name(definition.Replication)}");
        foreach (var cohort in definition.Cohorts ?? [])
        {
            var bits = cohort.Bits is { } known ? $", {known.ToString(CultureInfo.InvariantCulture)} bits" : "";
            yield return $"  {cohort.Name}{(cohort.Baseline ? " (baseline)" : "")}, model {cohort.Model}{bits}";
            foreach (var file in definition.Files.Where(file => file.Cohort == cohort.Name))
                yield return $"    {import.Parts[file.Part!]}{(file.Filter is { } filter ? $", filter {filter}" : "")}"
                    + (file.Metric is { } metric ? $", metric {metric}" : "");
        }
    }

    public static string Read(JsonNode? read) => read is null ? "" : $"  read {read["examples"]} examples of "
        + $"{read["runs"]} runs; {read["missing"]} left out, {read["noAnswer"]} without an answer, "
        + $"{read["metricAgrees"]} answers agree with a metric of their file";

    /// <summary>A line for each comparison.</summary>
    /// <param name="rows">Comparisons with their analyses.</param>
    public static IEnumerable<string> Table(IReadOnlyList<(JsonNode Comparison, JsonNode? Analysis)> rows)
    {
        string[][] cells =
        [
            [
                "cohort", "examples", "score", "changed", "right → wrong", "wrong → right", "wrong → other wrong",
                "p (McNemar)",
            ],
            .. rows.Select(row => Cells(row.Comparison, row.Analysis?["flips"])),
        ];
        int[] widths = [.. cells[0].Select((_, column) => cells.Max(row => row[column].Length))];
        return cells.Select(row => "  " + string.Join("   ", row.Select((cell, column) =>
            column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))).TrimEnd());
    }

    private static string[] Cells(JsonNode comparison, JsonNode? flips) =>
    [
        (string?)comparison["cohort"] ?? "", $"{comparison["examples"]}",
        $"{Percent(comparison["score"]?["dense"]?["mean"])} → {Percent(comparison["score"]?["pruned"]?["mean"])}",
        Changed(comparison, flips?["changes"]),
        Number(flips?["rightToWrong"]), Number(flips?["wrongToRight"]), Number(flips?["wrongToOtherWrong"]),
        Number(flips?["accuracyChange"]?["p"]),
    ];

    /// <summary>
    /// What the list of PIEs of a comparison has, with the number. Of one model against one these are the changed
    /// answers, but of open answers only those that became right or wrong.
    /// </summary>
    public static string Listed(JsonNode comparison, JsonNode? analysis)
    {
        var (pies, flips) = ((int?)comparison["pies"] ?? 0, analysis?["flips"]);
        if (flips?["accuracyChange"] is null) return pies == 1 ? "1 PIE" : $"{pies} PIEs";
        return ChangedAnswers(comparison, flips["changes"]) switch
        {
            null => $"{pies} {Answers(pies)} became right or wrong",
            { } changed when changed == pies => $"{pies} changed {Answers(pies)}",
            { } changed =>
                $"{pies} of {Number(changed)} changed {Answers(changed)}, those that became right or wrong",
        };
    }

    private static string Changed(JsonNode comparison, JsonNode? changes) =>
        ChangedAnswers(comparison, changes) is { } changed
            ? $"{Number(changed)} ({Percent(changes)})"
            : $"{comparison["pies"]} ({Percent(comparison["pieRate"])})";

    /// <summary>The number of the changed answers; for several runs the mean over their pairs. Null if it is not known
    /// which wrong answers are the same.</summary>
    private static double? ChangedAnswers(JsonNode comparison, JsonNode? changes) =>
        changes is not null && comparison["examples"] is { } examples
            ? Math.Round((double)changes * (int)examples, 4) : null;

    private static string Answers(double count) => count == 1 ? "answer" : "answers";

    private static string Percent(JsonNode? share) =>
        share is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100 * (double)share:0.0} %");

    private static string Number(JsonNode? number) =>
        number is null ? "-" : ((double)number).ToString("0.####", CultureInfo.InvariantCulture);
}
