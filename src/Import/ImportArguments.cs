using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using PieService.Domain;
using PieService.Domain.Sweeps;

namespace PieService.Import;

/// <summary>The command line of <c>./pie import</c>.</summary>
/// <param name="Files">Files, and folders with the output of evaluation tools.</param>
/// <param name="Repeats">Null if it is not stated.</param>
/// <param name="Definition">A file with the definition of the import, if it is not guessed.</param>
/// <param name="IsDryRun">Whether the files are only checked.</param>
internal sealed record ImportArguments(
    Uri Service, string? Key, IReadOnlyList<string> Files, string? Baseline, string? Model, ReplicationKind? Repeats,
    string? Name, string? Definition, bool IsDryRun)
{
    /// <summary>The name of the command, which is the first argument.</summary>
    public const string CommandName = "import";

    /// <summary>The launcher, whose only command here runs with the arguments of a command line.</summary>
    /// <param name="service">The service, unless --url names another one.</param>
    public static Command Command(Uri service, Func<ImportArguments, Task<int>> run)
    {
        Argument<string[]> files = new("files")
        {
            HelpName = "FILE|FOLDER…",
            Description = "files, and folders with the output of evaluation tools",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var baseline = Text("--baseline", "NAME", "the cohort with which others are compared, or a part of its name");
        var model = Text("--model", "NAME", "the model that was compressed; by default the one that the files state");
        var name = Text("--name", "NAME", "the name of the imported sweep");
        var repeats = Text(
            "--repeats", "KIND", "how several files of a cohort differ: evaluation, training or setting");
        repeats.AcceptOnlyFromAmong(
            [.. Wire.All<ReplicationKind>().Where(kind => kind != Wire.Name(ReplicationKind.None))]);
        var definition = Text(
            "--definition", "FILE", "the definition of an import, whose parts are paths beside it, instead of files");
        Option<bool> dryRun = new("--dry-run") { Description = "only have the files checked" };
        Option<Uri> url = new("--url")
        {
            HelpName = "URL",
            Description = "another service",
            CustomParser = AddressOf,
            DefaultValueFactory = _ => service,
        };
        var command = new Command(
            CommandName, "Sends predictions of other programs, and prints which answers changed.")
        {
            files, baseline, model, name, repeats, definition, dryRun, url, new HelpOption(),
        };
        command.Validators.Add(result =>
        {
            // The library takes an option that it does not know for a file.
            foreach (var unknown in (result.GetValue(files) ?? []).Where(file => file.StartsWith('-')))
                result.AddError($"There is no option {unknown}; --help lists them.");
            if (result.GetValue(files) is { Length: > 0 } == result.GetValue(definition) is not null)
                result.AddError("Name files and folders, or a definition that names its files.");
            if (result.GetValue(definition) is null) return;
            foreach (var option in new[] { baseline, model, repeats }
                .Where(option => result.GetResult(option) is not null))
                result.AddError($"{option.Name} is not used with --definition: write it into the definition.");
        });
        command.SetAction((parsed, _) => run(new(
            parsed.GetValue(url)!, Environment.GetEnvironmentVariable("PIE_KEY"), parsed.GetValue(files)!,
            parsed.GetValue(baseline), parsed.GetValue(model),
            parsed.GetValue(repeats) is { } kind ? Wire.Parse<ReplicationKind>(kind) : null,
            parsed.GetValue(name), parsed.GetValue(definition), parsed.GetValue(dryRun))));
        return new("./pie") { command };
    }

    private static Option<string?> Text(string name, string value, string description) =>
        new(name) { HelpName = value, Description = description };

    /// <summary>The address of a service, to which paths are added; null if the text is not one.</summary>
    public static Uri? AddressOf(string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address : null;

    /// <summary>What to tell a user whose address is not one.</summary>
    public static string NotAnAddress(string text) => $"'{text}' is not an address such as http://127.0.0.1:5000.";

    private static Uri? AddressOf(ArgumentResult result)
    {
        var address = AddressOf(result.Tokens[0].Value);
        if (address is null) result.AddError(NotAnAddress(result.Tokens[0].Value));
        return address;
    }
}

/// <summary>The import cannot be made; the message says why, and what to do.</summary>
internal sealed class ImportException(string message) : Exception(message);
