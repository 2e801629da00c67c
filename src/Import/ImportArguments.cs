using PieService.Domain;
using PieService.Domain.Sweeps;

namespace PieService.Import;

/// <summary>The command line of <c>./pie import</c>.</summary>
/// <param name="Files">Files, and folders with the output of evaluation tools.</param>
/// <param name="Definition">A file with the definition of the import, if it is not guessed.</param>
/// <param name="IsDryRun">Whether the files are only checked.</param>
internal sealed record ImportArguments(
    Uri Service, string? Key, IReadOnlyList<string> Files, string? Baseline, string Model, ReplicationKind Repeats,
    string? Name, string? Definition, bool IsDryRun)
{
    public const string Usage = """
        usage: ./pie import FILE|FOLDER… [--baseline NAME] [--model NAME] [--name NAME]
                   [--repeats evaluation|training|setting] [--dry-run] [--url URL]
               ./pie import --definition FILE [--dry-run] [--url URL]
        """;

    /// <param name="service">The service, unless --url names another one.</param>
    /// <exception cref="ImportException">The command line is not one of <see cref="Usage"/>.</exception>
    public static ImportArguments Parse(string service, IEnumerable<string> arguments)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        var (files, isDryRun) = (new List<string>(), false);
        using var rest = arguments.GetEnumerator();
        while (rest.MoveNext())
            switch (rest.Current)
            {
                case "--help" or "-h":
                    throw new ImportException(Usage);
                case "--dry-run":
                    isDryRun = true;
                    break;
                case "--baseline" or "--model" or "--name" or "--repeats" or "--definition" or "--url":
                    var option = rest.Current;
                    options[option] = rest.MoveNext()
                        ? rest.Current : throw new ImportException($"{option} needs a value.\n{Usage}");
                    break;
                case var unknown when unknown.StartsWith('-'):
                    throw new ImportException($"There is no option {unknown}.\n{Usage}");
                default:
                    files.Add(rest.Current);
                    break;
            }
        var definition = options.GetValueOrDefault("--definition");
        if (files.Count == 0 == definition is null)
            throw new ImportException($"Name files and folders, or a definition that names its files.\n{Usage}");
        return new(
            AddressOf(options.GetValueOrDefault("--url", service)), Environment.GetEnvironmentVariable("PIE_KEY"),
            files, options.GetValueOrDefault("--baseline"), options.GetValueOrDefault("--model", "model"),
            Repeated(options.GetValueOrDefault("--repeats", "evaluation")), options.GetValueOrDefault("--name"),
            definition, isDryRun);
    }

    private static Uri AddressOf(string url) =>
        Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme.StartsWith("http",
            StringComparison.Ordinal)
            ? address : throw new ImportException($"'{url}' is not an address such as http://127.0.0.1:5000.");

    private static ReplicationKind Repeated(string name) =>
        Enum.GetValues<ReplicationKind>().Where(kind => kind != ReplicationKind.None && Wire.Name(kind) == name)
            is var found && found.Any()
            ? found.First()
            : throw new ImportException($"--repeats must be evaluation, training or setting, not '{name}'.");
}

/// <summary>The import cannot be made; the message says why, and what to do.</summary>
internal sealed class ImportException(string message) : Exception(message);
