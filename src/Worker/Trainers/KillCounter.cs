using System.Globalization;

namespace PieService.Worker.Trainers;

/// <summary>
/// The kernel's counter of processes that it killed because memory ran out: of the control group of this process, if it
/// has one, else of the machine. The control group is that of the container, the service unit or the batch job, so the
/// processes of others do not count.
/// </summary>
/// <param name="file">The file with a line oom_kill.</param>
internal sealed class KillCounter(string file)
{
    private const string OfGroup = "memory.events", Line = "oom_kill ";

    /// <summary>The counter of this process.</summary>
    public static KillCounter Here() => Of("/");

    /// <param name="root">The folder that has proc and sys.</param>
    internal static KillCounter Of(string root)
    {
        var groups = Path.Combine(root, "sys/fs/cgroup");
        var own = Path.Combine(groups, GroupOf(Path.Combine(root, "proc/self/cgroup")), OfGroup);
        // A container that does not see its own path has its control group as the root of those that it sees.
        string[] candidates = [own, Path.Combine(groups, OfGroup)];
        return new(Array.Find(candidates, File.Exists) ?? Path.Combine(root, "proc/vmstat"));
    }

    /// <summary>The number of kills; 0 if the kernel does not count them.</summary>
    public long Read()
    {
        try
        {
            return File.ReadLines(file).Where(line => line.StartsWith(Line, StringComparison.Ordinal))
                .Sum(line => long.Parse(line.AsSpan(Line.Length), CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>The path of the process in the unified hierarchy (version 2), without the leading slash.</summary>
    private static string GroupOf(string file) => !File.Exists(file) ? ""
        : File.ReadLines(file).Where(line => line.StartsWith("0::/", StringComparison.Ordinal))
            .Select(line => line["0::/".Length..]).FirstOrDefault() ?? "";
}
