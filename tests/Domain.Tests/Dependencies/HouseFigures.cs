using System.Globalization;
using System.Text;

namespace PieService.Domain.Tests.Dependencies;

/// <summary>Prints the size and the shape of the code as tables; <c>build/house.sh</c> runs it.</summary>
public class HouseFigures
{
    private const int LongFile = 150, LongLine = 120;

    private static readonly string[] Projects =
        [.. Directory.EnumerateDirectories(SourceProject.Root).Select(Path.GetFileName).Order()!];

    [Fact(Explicit = true)]
    public void Print()
    {
        var text = new StringBuilder();
        var projects = Projects.ToDictionary(
            project => $"src/{project}", project => SourceProject.Sources(project).ToList());
        List<string> others = [.. new[] { "demo", "bench" }.SelectMany(Beside)];

        text.AppendLine($"\n| | files | lines | median | p90 | max | > {LongFile} lines | > {LongLine} columns |");
        text.AppendLine("|---|---|---|---|---|---|---|---|");
        text.AppendLine(Size(
            "src + demo + bench, no migrations", [.. projects.Values.SelectMany(files => files), .. others]));
        foreach (var (name, files) in projects) text.AppendLine(Size(name, files));
        text.AppendLine(Size("tests", [.. Beside("tests")]));

        text.AppendLine(
            "\n| | arrows between files | to other projects | against the line | circles of folders | of files |");
        text.AppendLine("|---|---|---|---|---|---|");
        var details = new StringBuilder();
        foreach (var project in Projects) text.AppendLine(Shape(project, details));
        Console.Out.Write(text.Append(details).AppendLine().ToString());
    }

    private static string Size(string name, List<string> files)
    {
        var lines = files.Select(File.ReadAllLines).ToList();
        var lengths = lines.Select(file => file.Length).Order().ToList();
        var (all, wide) = (lengths.Sum(), lines.Sum(file => file.Count(line => line.Length > LongLine)));
        return Row(
            name, files.Count, all, Rank(lengths, 50), Rank(lengths, 90), lengths[^1],
            lengths.Count(length => length > LongFile),
            FormattableString.Invariant($"{wide} ({100.0 * wide / all:0.0} %)"));
    }

    private static string Shape(string project, StringBuilder details)
    {
        if (!SourceProject.IsBuilt(project)) return Row($"src/{project}", "not built", "", "", "", "");
        var uses = SourceProject.Of(project).Names.Value.Uses;
        var arrows = uses.Where(use => !use.IsDirective).DistinctBy(use => (use.From, use.To)).ToList();
        var line = FolderLine.All.FirstOrDefault(line => line.Project == project);
        var against = line?.Against(uses).Select(use => use.ToString()).Distinct().ToList();
        var (folders, files) = (Circles.OfFolders(uses), Circles.OfFiles(uses));
        foreach (var use in against ?? [])
            details.AppendLine(CultureInfo.InvariantCulture, $"\nagainst the line: {use}");
        foreach (var circle in folders.Concat(files))
            details.AppendLine(
                CultureInfo.InvariantCulture, $"\ncircle of {circle.Count}: {string.Join(", ", circle)}");
        return Row(
            $"src/{project}", arrows.Count,
            arrows.Count(use => !use.To.StartsWith($"{project}/", StringComparison.Ordinal)),
            against is null ? "no line yet" : against.Count, Sizes(folders), Sizes(files));
    }

    private static string Sizes(IReadOnlyList<IReadOnlyList<string>> circles) => circles.Count == 0
        ? "0"
        : $"{circles.Count} ({string.Join(", ", circles.Select(circle => circle.Count))})";

    /// <summary>The percentile by the nearest rank.</summary>
    private static int Rank(List<int> ascending, int percent) =>
        ascending[((ascending.Count * percent) + 99) / 100 - 1];

    private static IEnumerable<string> Beside(string folder) => Directory.EnumerateFiles(
        Path.Combine(SourceProject.Root, "..", folder), "*.cs", SearchOption.AllDirectories);

    private static string Row(params object[] cells) => $"| {string.Join(" | ", cells)} |";
}
