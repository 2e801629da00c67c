using System.Text.Json;
using PieService.Domain;
using PieService.Domain.Files;
using PieService.Domain.Foreign;
using PieService.Domain.Foreign.Guess;

namespace PieService.Import;

/// <summary>The imports of a command line, guessed or defined.</summary>
internal static class DefinedImport
{
    private static readonly string[] Patterns = ["*.jsonl", "*.eval", "*.json"];

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

    /// <summary>The files that a name stands for; of a folder those of lm-evaluation-harness, or else all that tools
    /// write.</summary>
    private static IEnumerable<string> FilesOf(string name)
    {
        if (File.Exists(name)) return [name];
        if (!Directory.Exists(name)) throw new ImportException($"There is no file or folder {name}.");
        var samples = Directory.GetFiles(name, "samples_*.jsonl*", SearchOption.AllDirectories);
        foreach (var other in samples.Length == 0
            ? [] : Directory.GetFiles(name, "*.jsonl", SearchOption.AllDirectories)
                .Except(samples))
            Console.Error.WriteLine($"not read, because its name does not begin with samples_: {other}");
        if (samples.Length == 0)
            samples = [.. Patterns.SelectMany(
                pattern => Directory.GetFiles(name, pattern, SearchOption.AllDirectories))];
        return samples.Length > 0 ? samples : throw new ImportException(
            $"{name} has no file whose tool is recognised. Write a definition: --definition FILE.");
    }

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
