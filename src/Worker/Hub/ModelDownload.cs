using System.Text.RegularExpressions;
using PieService.Worker.Files;
using PieService.Worker.Models;

namespace PieService.Worker.Hub;

/// <summary>
/// Downloads a checkpoint of the hub into a folder of <paramref name="models"/>. The files are written to a temporary
/// folder beside it, each file is verified by its checksum, and the complete folder is renamed.
/// </summary>
public sealed partial class ModelDownload(HubClient client, Uri hub, string models, TextWriter output)
{
    private const string RevisionFile = "revision", LockFile = "lock";

    /// <exception cref="HubException">The model is not complete; the next call continues the download.</exception>
    /// <exception cref="IOException">A folder or file cannot be written.</exception>
    public async Task RunAsync(HubModel model)
    {
        var (folder, partial) = (Path.Combine(models, model.Folder), Path.Combine(models, model.PartialFolder));
        if (IsThere(folder, model)) return;
        var revision = await RevisionAsync(model);
        Directory.CreateDirectory(partial);
        await using var held = Lock(partial);
        // Another process may have completed the folder since the first check.
        if (IsThere(folder, model))
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
            return;
        }
        Begin(partial, $"{model} {revision}");
        // The headers of all files are requested first, so that a missing file is found before the weights are
        // downloaded. Only an index is downloaded earlier, because it has the names of the others.
        foreach (var (name, file) in await FindAsync(model, revision, partial))
            await GetAsync(file, Path.Combine(partial, name));
        // The lock is removed after the rename: before it, another process could take a new one.
        Directory.Move(partial, folder);
        File.Delete(Path.Combine(folder, LockFile));
        await output.WriteLineAsync(folder);
    }

    /// <summary>Two models can have the same folder. A folder that was copied by hand has no revision file.</summary>
    private bool IsThere(string folder, HubModel model)
    {
        if (!Directory.Exists(folder)) return false;
        var file = Path.Combine(folder, RevisionFile);
        var held = File.Exists(file) ? File.ReadLines(file).FirstOrDefault()?.Split(' ')[0] : null;
        if (held is { Length: > 0 } && held != model.Name)
        {
            throw new HubException(
                $"{folder} holds {held}, and {model} would have the same folder. "
                + "Rename the existing folder, or set PIE_MODELS.");
        }
        output.WriteLine($"{folder} already exists");
        return true;
    }

    private async Task<string> RevisionAsync(HubModel model)
    {
        var missing = $"{hub} has no {model} with a {BertConfig.FileName}";
        try
        {
            var file = await client.FindAsync(Address(model, "main", BertConfig.FileName));
            if (file?.Commit is { } commit && Commits().IsMatch(commit)) return commit;
        }
        catch (HubException refused)
        {
            throw new HubException($"{missing}, or it cannot be reached: {refused.Message}", refused);
        }
        throw new HubException($"{missing}. The setting PIE_HUB is the address of the hub.");
    }

    private static FileStream Lock(string partial)
    {
        var path = Path.Combine(partial, LockFile);
        try
        {
            return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken) when (File.Exists(path))
        {
            throw new HubException(
                $"Another process is downloading into {partial}. Try again when it has ended.", taken);
        }
    }

    /// <summary>Files of another revision cannot be continued.</summary>
    private static void Begin(string partial, string revision)
    {
        var path = Path.Combine(partial, RevisionFile);
        if (File.Exists(path) && File.ReadAllText(path).TrimEnd() == revision) return;
        foreach (var file in PretrainedBert.Files) File.Delete(Path.Combine(partial, file));
        foreach (var shard in Directory.GetFiles(partial, "*.safetensors")) File.Delete(shard);
        File.WriteAllText(path, revision + '\n');
    }

    private async Task<IReadOnlyList<(string Name, HubFile File)>> FindAsync(
        HubModel model, string revision, string partial)
    {
        List<(string, HubFile)> files = [];
        foreach (var name in PretrainedBert.Files.Where(name => name != WeightFiles.Index))
        {
            if (await client.FindAsync(Address(model, revision, name)) is { } file) files.Add((name, file));
            else if (name == WeightFiles.Single) files.AddRange(await FindShardsAsync(model, revision, partial));
            else if (!PretrainedBert.MayBeMissing(name))
                throw new HubException($"{model} has no {name}; a BERT checkpoint needs this file.");
        }
        return files;
    }

    /// <summary>The files of weights that are not in one file.</summary>
    private async Task<IReadOnlyList<(string Name, HubFile File)>> FindShardsAsync(
        HubModel model, string revision, string partial)
    {
        if (await client.FindAsync(Address(model, revision, WeightFiles.Index)) is not { } index)
            throw new HubException(
                $"{model} has no {WeightFiles.Single}; a BERT checkpoint needs this file. Take a revision or a model "
                + "that has it, or put a converted folder into PIE_MODELS.");
        var path = Path.Combine(partial, WeightFiles.Index);
        await GetAsync(index, path);
        List<(string, HubFile)> files = [(WeightFiles.Index, index)];
        try
        {
            foreach (var shard in WeightFiles.ShardsOf(ModelSettings.Read(path)).Keys)
            {
                files.Add((shard, await client.FindAsync(Address(model, revision, shard)) ?? throw new HubException(
                    $"{model} has no {shard}, which its {WeightFiles.Index} names.")));
            }
        }
        catch (UnusableModelException malformed)
        {
            throw new HubException($"{model} cannot be used: {malformed.Message}", malformed);
        }
        return files;
    }

    private async Task GetAsync(HubFile file, string path)
    {
        if (file.Checksum is not { } checksum)
            throw new HubException($"{file.Url} has no checksum, so its content cannot be verified.");
        if (await checksum.MatchesAsync(path)) return;
        await client.DownloadAsync(file.Url, path);
        if (await checksum.MatchesAsync(path)) return;
        File.Delete(path);
        throw new HubException(
            $"The content of {file.Url} does not have the checksum that the hub states ({checksum.Hex}). Try again.");
    }

    private Uri Address(HubModel model, string revision, string file) =>
        new($"{hub.AbsoluteUri.TrimEnd('/')}/{model}/resolve/{revision}/{file}");

    [GeneratedRegex(@"\A[0-9a-f]{40}\z")]
    private static partial Regex Commits();
}
