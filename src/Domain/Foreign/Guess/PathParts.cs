using System.Text.RegularExpressions;

namespace PieService.Domain.Foreign.Guess;

/// <summary>What the paths of evaluation files say: the task in the name, and the cohort where the paths differ.
/// </summary>
internal static partial class PathParts
{
    /// <summary>The beginnings of names that the task follows: of lm-evaluation-harness, and of lighteval.</summary>
    private static readonly string[] TaskPrefixes = ["samples_", "details_"];

    private static readonly char[] Separators = ['_', '-', '.', ' '];

    /// <summary>The name of the task: that of the file without the time of the evaluation, or of a run of HELM.
    /// </summary>
    public static string TaskOf(string path)
    {
        if (HelmRun.IsFile(path)) return HelmRun.TaskOf(path);
        var name = Time().Replace(Path.GetFileName(path), "");
        foreach (var ending in (string[])[".gz", ".zst", ".xz", ".bz2", ".zip", ".jsonl", ".json", ".eval", ".parquet"])
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) name = name[..^ending.Length];
        return TaskPrefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix
            ? name[prefix.Length..] : name;
    }

    /// <summary>Whether the name of a file is that of its task, as lm-evaluation-harness and lighteval write it, or
    /// always the same.</summary>
    private static bool HasTask(string path) => HelmRun.IsFile(path)
        || TaskPrefixes.Any(prefix => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>The folders by which the paths of files differ; null if all are in one.</summary>
    public static IReadOnlyList<string>? ByFolder(IReadOnlyList<string> paths) =>
        Joined('/', Differing([.. paths.Select(path => Folders(path).Select(HelmRun.ModelIn).ToArray())]));

    /// <summary>The parts by which the names of models differ; null if one is not stated, or if they are the same.
    /// </summary>
    public static IReadOnlyList<string>? ByModel(IReadOnlyList<string?> models) =>
        models.All(model => model is not null)
            ? Joined('/', Differing([.. models.Select(model => model!.Split('/'))])) : null;

    /// <summary>The parts by which the names of files differ; null if they are those of tasks, or the same.</summary>
    public static IReadOnlyList<string>? ByName(IReadOnlyList<string> paths) => paths.All(HasTask) ? null
        : Joined('-', Differing([.. paths.Select(path => TaskOf(path).Split(Separators))]));

    /// <summary>
    /// The folders between one of this name and the file, which some tools name by the model; null if there are none.
    /// </summary>
    public static string? Behind(string path, string folder)
    {
        var folders = Folders(path);
        var at = Array.LastIndexOf(folders, folder);
        return at >= 0 && at < folders.Length - 1 ? string.Join('/', folders[(at + 1)..]) : null;
    }

    /// <summary>The folders of a file. One that is named by the time of an evaluation says nothing about it.</summary>
    private static string[] Folders(string path) =>
    [
        .. Path.GetDirectoryName(Path.GetFullPath(path))!
            .Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries)
            .Where(folder => Time().Replace(folder, "").Length > 0),
    ];

    private static IReadOnlyList<string>? Joined(char separator, List<string[]>? parts) =>
        parts is null ? null : [.. parts.Select(part => string.Join(separator, part))];

    /// <summary>The lists without the items that all of them begin and end with; null if they are the same.</summary>
    private static List<string[]>? Differing(List<string[]> lists)
    {
        var shortest = lists.Min(list => list.Length);
        int begin = 0, end = 0;
        while (begin < shortest && lists.All(list => list[begin] == lists[0][begin])) begin++;
        while (end < shortest - begin && lists.All(list => list[^(end + 1)] == lists[0][^(end + 1)])) end++;
        List<string[]> rests = [.. lists.Select(list => list[begin..^end])];
        return rests.TrueForAll(rest => rest.SequenceEqual(rests[0])) ? null : rests;
    }

    /// <summary>The bits of a weight, as names such as int4, nf4, fp8, w4a16, q4 and 8bit state them.</summary>
    public static double? Bits(string cohort) =>
        BitsInName().Match(cohort) is { Success: true } match
            ? double.Parse(match.Groups.Values.Skip(1).First(group => group.Success).Value,
                System.Globalization.CultureInfo.InvariantCulture)
            : null;

    [GeneratedRegex(@"_?\d{4}-\d\d-\d\dT\d\d[-:]\d\d[-:]\d\d(\.\d+)?|^\d{8}_\d{6}$")]
    private static partial Regex Time();

    [GeneratedRegex(
        @"(?<![a-z0-9])(?:int|nf|fp|bf|w|q)(2|3|4|5|6|8|16|32)(?!\d)|(?<![a-z0-9])(2|3|4|5|6|8|16)-?bits?(?![a-z])",
        RegexOptions.IgnoreCase)]
    private static partial Regex BitsInName();
}
