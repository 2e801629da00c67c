using Microsoft.EntityFrameworkCore;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Worker.Files;
using PieService.Worker.Text;

namespace PieService.Worker.Resources;

/// <summary>
/// Caches datasets and word vectors in the form that trainers read. Each is built once per content, kept on the disk
/// and shared by all runs. Files are renamed into place when they are complete, so several workers may share the
/// folder.
/// </summary>
public sealed class DatasetCache(
    PieFolders folders, VectorFolder vectors, IDbContextFactory<PieDbContext> contexts, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim oneAtATime = new(1, 1);
    private readonly HashSet<string> known = [];

    /// <param name="tokenizer">The tokenizer; null means basic_english.</param>
    /// <returns>The path of the tokenised dataset.</returns>
    public async Task<string> TokensAsync(Guid datasetId, WordPiece? tokenizer, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var dataset = await db.Datasets.AsNoTracking().SingleAsync(d => d.Id == datasetId, cancellation);
        var key = $"{TokenisedDataset.Format}-{dataset.ContentHash}{(tokenizer is null ? "" : $"-{tokenizer.Sha256}")}";
        return await MakeAsync(Path.Combine(CachedFiles.Tokens, FileName(key)), async path =>
        {
            var builder = new TokenisedDatasetBuilder(
                dataset.ContentHash, dataset.Labels.Length, tokenizer, dataset.Task);
            // The order is fixed, because words are numbered as they appear and a trained embedding is initialised by
            // these numbers.
            foreach (var split in new[] { Split.Train, Split.Validation, Split.Test })
            {
                var examples = db.Examples.AsNoTracking()
                    .Where(example => example.DatasetId == datasetId && example.Split == split)
                    .OrderBy(example => example.Position)
                    .Select(example => new { example.Text, example.SecondText, example.Labels }).AsAsyncEnumerable();
                await foreach (var example in examples.WithCancellation(cancellation))
                {
                    if (tokenizer is null)
                        builder.Add(
                            Wire.Name(split), BasicEnglish.Tokenise(example.Text, example.SecondText), example.Labels);
                    else builder.Add(Wire.Name(split), example.Text, example.SecondText, example.Labels);
                }
            }
            builder.Build().Save(path);
        }, cancellation);
    }

    /// <returns>The path of the vectors, reduced to the words of the dataset.</returns>
    /// <exception cref="WorkerUnfitException">This worker has no vectors of this name, or only a damaged file; another
    /// worker may have them.</exception>
    public async Task<string> VectorsAsync(string name, string tokensPath, CancellationToken cancellation)
    {
        var source = vectors.Find(name);
        // Size and time are part of the key: the file may be replaced under the same name.
        var version = $"{WordVectors.Format}-{name}-{source.Length}-{source.LastWriteTimeUtc.Ticks}-"
            + Path.GetFileNameWithoutExtension(tokensPath);
        return await MakeAsync(Path.Combine(CachedFiles.Vectors, FileName(version)), path =>
        {
            Reduce(source, name, TokenisedDataset.Load(tokensPath), cancellation).Save(path);
            return Task.CompletedTask;
        }, cancellation);
    }

    public void Dispose() => oneAtATime.Dispose();

    /// <summary>
    /// A run may take a file before the inventory has read it. A damaged one is then no longer offered, and the runs
    /// that wait for it at this moment do not read it again.
    /// </summary>
    private WordVectors Reduce(
        FileInfo source, string name, TokenisedDataset dataset, CancellationToken cancellation)
    {
        if (vectors.WhyUnusable(source) is { } fault) throw Unfit(fault);
        try
        {
            return WordVectors.Reduce(source.FullName, name, dataset, cancellation);
        }
        catch (InvalidDataException damaged)
        {
            var reason = ReadableText.Line(
                damaged.Message.Replace(source.FullName, source.Name, StringComparison.Ordinal));
            vectors.MarkUnusable(source, reason);
            throw Unfit(reason);
        }

        WorkerUnfitException Unfit(string reason) =>
            new($"The word vectors '{name}' cannot be used: {reason}", ModelKind.Vectors, name);
    }

    private async Task<string> MakeAsync(string relativePath, Func<string, Task> make, CancellationToken cancellation)
    {
        var path = Path.Combine(folders.Cache, relativePath);
        await oneAtATime.WaitAsync(cancellation);
        try
        {
            if (IsWhole(path))
            {
                CachedFiles.Use(path, time.GetUtcNow());
                return path;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // Another worker may be writing it too. Both write the same content, so it does not matter whose file
            // remains.
            var mine = $"{path}.{Guid.NewGuid():N}";
            try
            {
                await make(mine);
                File.Move(mine, path, overwrite: true);
            }
            catch (IOException) when (IsWhole(path))
            {
                // The other worker was faster and has removed this worker's file.
            }
            finally
            {
                File.Delete(mine);
            }
            BecomesKnown(path);
            return path;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>Verifies a file once per process; a damaged one is rebuilt.</summary>
    private bool IsWhole(string path)
    {
        if (!File.Exists(path)) return false;
        lock (known)
        {
            if (known.Contains(path)) return true;
        }
        try
        {
            SafeTensors.Read(path);
            BecomesKnown(path);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>
    /// Removes unfinished files in its folder: those of a killed worker would otherwise never be removed.
    /// </summary>
    private void BecomesKnown(string path)
    {
        // No glob: `name.*` would also match the file itself.
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(path)!))
        {
            if (file.StartsWith($"{path}.", StringComparison.Ordinal)) File.Delete(file);
        }
        lock (known) known.Add(path);
    }

    /// <summary>Makes the next use verify the files again, because a trainer could not read one of them.</summary>
    public void VerifyAgain()
    {
        lock (known) known.Clear();
    }

    private static string FileName(string key) => key.Replace(':', '-') + CachedFiles.Ending;
}
