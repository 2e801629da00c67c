using System.Text.Json;
using PieService.Domain;
using PieService.Domain.Files;
using PieService.Domain.Foreign;
using PieService.Domain.Foreign.Guess;

namespace PieService.Import;

/// <summary>The imports of a command line, guessed or defined.</summary>
internal static class DefinedImport
{
    private const string Samples = "samples_*.jsonl*";

    /// <summary>Files whose names say which tool wrote them: the first pattern that a folder has is read.</summary>
    private static readonly string[] Named =
        [Samples, "display_predictions.json", "per_instance_stats.json", "details_*.parquet"];

    private static readonly string[] Others = ["*.jsonl", "*.eval", "*.json"];

    /// <exception cref="ImportException">A file is missing, or the files do not say enough.</exception>
    public static IReadOnlyList<GuessedImport> Of(ImportArguments arguments)
    {
        try
        {
            var imports = arguments.Definition is { } definition
                ? [Read(definition)]
                : ImportGuess.Of(
                    [.. arguments.Files.SelectMany(FilesOf)],
                    new GuessOptions(arguments.Baseline, arguments.Model, arguments.Repeats), ReadLimits.Default);
            return arguments.Name is not { } name ? imports
                : [.. imports.Select(import => import with
                {
                    Definition = import.Definition with { Name = imports.Count == 1 ? name : $"{name} {import.Task}" },
                })];
        }
        catch (Exception known) when (known is GuessException or UnreadableFileException or IOException)
        {
            throw new ImportException(known.Message);
        }
    }

    /// <summary>The files that a name stands for; of a folder those whose names say that a tool wrote them, or else all
    /// that tools write.</summary>
    private static IEnumerable<string> FilesOf(string name)
    {
        if (File.Exists(name)) return [name];
        if (!Directory.Exists(name)) throw new ImportException($"There is no file or folder {name}.");
        var pattern = Named.FirstOrDefault(pattern => Found(name, pattern).Length > 0);
        var files = pattern is null ? [.. Others.SelectMany(other => Found(name, other))] : Found(name, pattern);
        foreach (var other in pattern is Samples ? Found(name, "*.jsonl").Except(files) : [])
            Console.Error.WriteLine($"not read, because its name does not begin with samples_: {other}");
        return files.Length > 0 ? files : throw new ImportException(
            $"{name} has no file whose tool is recognised. Write a definition: --definition FILE.");
    }

    private static string[] Found(string folder, string pattern) =>
        Directory.GetFiles(folder, pattern, SearchOption.AllDirectories);

    /// <summary>
    /// A definition as the API takes it, whose parts are the paths of files, as its own folder has them.
    /// </summary>
    private static GuessedImport Read(string path)
    {
        try
        {
            var definition = Json.Read<PredictionImport>(File.ReadAllText(path));
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            var parts = new Dictionary<string, string>(StringComparer.Ordinal);
            return new(
                definition.Name ?? "",
                definition with
                {
                    Files = [.. (definition.Files ?? []).Select(file => file with
                    {
                        Part = PartOf(file.Part), Instances = PartOf(file.Instances),
                    })],
                },
                parts);

            string? PartOf(string? file)
            {
                if (file is null) return null;
                var full = Path.Combine(folder, file);
                if (!File.Exists(full)) throw new ImportException($"{path}: there is no file {full}.");
                var part = $"file{parts.Count}";
                parts.Add(part, full);
                return part;
            }
        }
        catch (JsonException malformed)
        {
            throw new ImportException($"{path} is not a definition: {malformed.Message}");
        }
    }
}
