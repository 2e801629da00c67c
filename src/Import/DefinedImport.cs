using System.Text.Json;
using PieService.Domain;
using PieService.Domain.Files;
using PieService.Domain.Foreign;
using PieService.Domain.Foreign.Guess;

namespace PieService.Import;

/// <summary>The imports of a command line, guessed or defined.</summary>
internal static class DefinedImport
{
    private const string Samples = "samples_*.jsonl*", Lines = "*.jsonl";

    /// <summary>Files whose names say which tool wrote them: the first pattern that a folder has is read.</summary>
    private static readonly string[] Named =
        [Samples, "display_predictions.json", "per_instance_stats.json", "details_*.parquet"];

    /// <summary>Files of which only the content says whether a tool wrote them.</summary>
    private static readonly string[] Others = [Lines, "*.eval", "*.json"];

    /// <exception cref="ImportException">A file is missing, or the files do not say enough.</exception>
    public static IReadOnlyList<GuessedImport> Of(ImportArguments arguments)
    {
        try
        {
            var imports = arguments.Definition is { } definition ? [Read(definition)] : Guess(arguments);
            return arguments.Name is not { } name ? imports
                : [.. imports.Select(import => import with
                {
                    Definition = import.Definition with { Name = imports.Count == 1 ? name : $"{name} {import.Task}" },
                })];
        }
        catch (UnreadableFileException unreadable)
        {
            var line = unreadable.Line is { } number ? $", line {number}" : "";
            throw new ImportException($"{unreadable.File}{line}: {unreadable.Message}");
        }
        catch (Exception known) when (known is GuessException or IOException)
        {
            throw new ImportException(known.Message);
        }
    }

    private static IReadOnlyList<GuessedImport> Guess(ImportArguments arguments)
    {
        List<string> files = [.. arguments.Files.SelectMany(FilesOf)];
        return files.Count == 0
            ? throw new ImportException(
                $"{string.Join(", ", arguments.Files)}: results have no answers to single questions. Name the files of "
                + "samples too, or their folder.")
            : ImportGuess.Of(
                files, new GuessOptions(arguments.Baseline, arguments.Model, arguments.Repeats), ReadLimits.Default);
    }

    /// <summary>The files that a name stands for; of a folder those that a tool wrote, by their names or else by
    /// their content.</summary>
    private static IReadOnlyList<string> FilesOf(string name)
    {
        if (File.Exists(name))
            return FileKind.IsResults(new SourceFile(name, name), ReadLimits.Default) ? [] : [name];
        if (!Directory.Exists(name)) throw new ImportException($"There is no file or folder {name}.");
        var (pattern, named) = Named.Select(known => (known, Found(name, known)))
            .FirstOrDefault(found => found.Item2.Length > 0, ("", []));
        var isHarness = pattern is Samples;
        // Beside samples, only files of lm-evaluation-harness are read: those up to version 0.4.2 have other names.
        string[] patterns = isHarness ? [Lines] : named.Length > 0 ? [] : Others;
        List<string> others = [.. patterns.SelectMany(known => Found(name, known)).Except(named)];
        var read = others.FindAll(other => isHarness
            ? FormatOf(other) == ForeignFormat.LmEvalHarness : FormatOf(other) is not null);
        foreach (var other in others.Except(read).Where(other => other.EndsWith(".jsonl", StringComparison.Ordinal)))
            Console.Error.WriteLine(
                $"not read, because {(isHarness ? "lm-evaluation-harness did not write it"
                    : "no tool is recognised that wrote it")}: {other}");
        return named.Length + read.Count > 0 ? [.. named, .. read] : throw new ImportException(
            $"{name} has no file whose tool is recognised. Write a definition: --definition FILE.");
    }

    private static ForeignFormat? FormatOf(string file) =>
        FileKind.FormatOf(new SourceFile(file, file), ReadLimits.Default);

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
