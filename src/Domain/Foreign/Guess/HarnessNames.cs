using System.Text.Json;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Guess;

/// <summary>
/// The tasks and the models of samples of lm-evaluation-harness, which have neither. Since version 0.4.3 the name of a
/// file is <c>samples_TASK_TIME.jsonl</c>; before, it was <c>ARGUMENTS_TASK.jsonl</c>, with the arguments of the model
/// such as <c>pretrained=org__model,dtype=float16</c> (in version 0.4.0 <c>pretrained__org__model</c>). The results,
/// another file of the folder, have the names of all tasks.
/// </summary>
internal sealed class HarnessNames(IReadOnlyList<string> paths, ReadLimits limits)
{
    private const string Samples = "samples_", Pretrained = "pretrained";

    /// <summary>What stands for a character of a model's name that a path cannot have.</summary>
    private const string Slash = "__";

    private readonly Dictionary<string, Results> folders = new(StringComparer.Ordinal);

    /// <summary>The tasks that newer files name.</summary>
    private readonly HashSet<string> named = new(
        paths.Where(IsNamed).Select(PathParts.TaskOf), StringComparer.Ordinal);

    /// <returns>The task and the model; null for what is not stated.</returns>
    public (string? Task, string? Model) Of(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!folders.TryGetValue(folder, out var results)) folders.Add(folder, results = Results.In(folder, limits));
        if (IsNamed(path)) return (null, results.Model ?? ModelOf(Path.GetFileName(folder)));
        var name = PathParts.TaskOf(path);
        var task = results.Tasks.Concat(named).Where(task => IsOf(name, task)).MaxBy(task => task.Length)
            ?? (HasArguments(name) ? BehindArguments(name) : null);
        return (task, (task is null ? null : ModelOf(name[..^task.Length].TrimEnd('_'))) ?? results.Model);
    }

    public static bool AreResults(string path, ReadLimits limits) => Results.Read(path, limits) is not null;

    private static bool IsNamed(string path) =>
        Path.GetFileName(path).StartsWith(Samples, StringComparison.Ordinal);

    private static bool IsOf(string name, string task) =>
        name == task || name.EndsWith($"_{task}", StringComparison.Ordinal);

    private static bool HasArguments(string name) =>
        name.Contains('=', StringComparison.Ordinal) || name.Contains(Slash, StringComparison.Ordinal);

    /// <summary>The arguments end with a value, and the value with the first single underscore.</summary>
    private static string BehindArguments(string name)
    {
        var value = name.Contains('=', StringComparison.Ordinal)
            ? name[(name.LastIndexOf('=') + 1)..] : name;
        if (value.LastIndexOf(Slash, StringComparison.Ordinal) is >= 0 and var slash) value = value[(slash + 2)..];
        else if (value == name) return name;
        return value.IndexOf('_') is >= 0 and var end && end + 1 < value.Length ? value[(end + 1)..] : value;
    }

    /// <summary>The model in the arguments of an evaluation, or in the name of a folder such as <c>org__model</c>.
    /// </summary>
    private static string? ModelOf(string? arguments)
    {
        if (arguments is null || !HasArguments(arguments)) return null;
        var given = arguments.Split(',')
            .FirstOrDefault(argument => argument.StartsWith(Pretrained, StringComparison.Ordinal))
            ?[Pretrained.Length..];
        if (given is null && arguments.Contains('=', StringComparison.Ordinal)) return null;
        given = (given ?? arguments).TrimStart('=', '_').Replace(Slash, "/", StringComparison.Ordinal);
        return given.Length > 0 ? given : null;
    }

    /// <summary>What the results in a folder have; nothing if there are none.</summary>
    private sealed record Results(IReadOnlyCollection<string> Tasks, string? Model)
    {
        public static Results In(string folder, ReadLimits limits)
        {
            var tasks = new HashSet<string>(StringComparer.Ordinal);
            var models = new HashSet<string>(StringComparer.Ordinal);
            foreach (var path in Directory.GetFiles(folder, "*.json"))
                if (Read(path, limits) is { } facts)
                {
                    tasks.UnionWith(facts["results"].EnumerateObject().Select(task => task.Name));
                    if ((facts.Text("model_name") ?? ModelOf(facts.Text("config", "model_args"))) is { } model)
                        models.Add(model);
                }
            // Results of several models may be in one folder, each beside samples of its own.
            return new(tasks, models.Count == 1 ? models.First() : null);
        }

        /// <returns>Null if the file has no results.</returns>
        public static IReadOnlyDictionary<string, JsonElement>? Read(string path, ReadLimits limits)
        {
            var facts = JsonFacts.Look(path, limits, "results", "config", "model_name");
            return facts.TryGetValue("results", out var results) && results.ValueKind == JsonValueKind.Object
                && facts.ContainsKey("config") ? facts : null;
        }
    }
}
