using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Hosting;
using PieService.Worker.Files;
using PieService.Worker.Machines;
using PieService.Worker.Models;
using PieService.Worker.Text;

namespace PieService.Worker.Resources;

/// <summary>
/// The inventory of this worker's checkpoints and files of word vectors. The content of each is read once. That takes
/// minutes for the largest, so it is done in the background and the result is cached on the disk.
/// </summary>
public sealed class ModelInventory(
    VectorFolder vectors, CheckpointFolder checkpoints, TrainerMemory memory, PieFolders folders, TimeProvider time,
    ILogger<ModelInventory> logger) : RepeatingService(TimeSpan.FromSeconds(5), time)
{
    private const int LongestError = 1000;

    /// <summary>
    /// The version of what is noted of a file, and of the rules by which a file is refused: a file whose note is of an
    /// earlier version is read again.
    /// </summary>
    private const int NotesFormat = 2;

    private readonly ModelNotes notes = new(folders);
    private readonly ConcurrentDictionary<string, ModelFile> known = new(StringComparer.Ordinal);

    private volatile List<ModelFile> seen = [];

    /// <summary>The files that the last check found; the error of an unusable file gives the reason.</summary>
    public IReadOnlyList<ModelFile> Models =>
        [.. seen.Select(
            model => WhyUnusable(model) is { } reason ? model with { Error = model.Error ?? reason } : model)];

    /// <summary>The names of the checkpoints that runs of this worker may use.</summary>
    public string[] Checkpoints() =>
        [.. Models.Where(model => model is { Kind: ModelKind.Bert, Error: null }).Select(model => model.Name)];

    /// <summary>
    /// The names of the word vectors that runs of this worker may use: those of files that were found unusable are left
    /// out.
    /// </summary>
    public string[] Vectors()
    {
        var broken = Models.Where(model => model is { Kind: ModelKind.Vectors, Error: not null })
            .Select(model => model.Name).ToHashSet(StringComparer.Ordinal);
        return [.. vectors.Names().Where(name => !broken.Contains(name))];
    }

    /// <summary>
    /// Forgets a checkpoint that a run could not use although it exists: it is offered again only after it was read
    /// again.
    /// </summary>
    public void Forget(string checkpoint)
    {
        var note = NoteOf(checkpoint, "");
        foreach (var key in known.Keys.Where(key => key.StartsWith(note, StringComparison.Ordinal)))
            known.TryRemove(key, out _);
        seen = [.. seen.Where(model => (model.Kind, model.Name) != (ModelKind.Bert, checkpoint))];
        notes.Forget(note);
    }

    public override async Task LookAsync(CancellationToken cancellation)
    {
        var models = new List<ModelFile>();
        foreach (var source in Sources())
        {
            models.Add(await Task.Run(() => Find(source, cancellation), cancellation));
            // Publish the entries that are ready while the other files are still being read.
            if (models.Count > seen.Count) seen = [.. models];
        }
        seen = models;
    }

    protected override void Log(Exception failure) => ResourceLog.LookFailed(logger, failure, nameof(ModelInventory));

    /// <param name="Note">The name of its cache file, which identifies its present content.</param>
    private sealed record Source(string Name, ModelKind Kind, string Path, string Note);

    private List<Source> Sources() =>
    [
        // Checkpoints come first, because they take only seconds.
        .. checkpoints.All()
            .Select(folder =>
                new Source(
                    folder.Name, ModelKind.Bert, folder.FullName,
                    $"{NoteOf(folder.Name, CheckpointVersion.Of(folder))}-{NotesFormat}.json")),
        .. vectors.All().Select(named => new Source(
            named.Name, ModelKind.Vectors, named.File.FullName,
            string.Create(
                CultureInfo.InvariantCulture,
                $"vectors-{NotesFormat}-{named.File.Name}-{named.File.Length}"
                    + $"-{named.File.LastWriteTimeUtc.Ticks}.json"))),
    ];

    private static string NoteOf(string checkpoint, string version) => $"checkpoint-{checkpoint}-{version}";

    private string? WhyUnusable(ModelFile model) => model.Kind switch
    {
        ModelKind.Vectors => vectors.WhyUnusable(model.Name),
        ModelKind.Bert => checkpoints.WhyUnusable(model.Name),
    };

    private ModelFile Find(Source source, CancellationToken cancellation)
    {
        // Which name a file of vectors has depends on the others of the folder.
        if (known.TryGetValue(source.Note, out var model)) return model with { Name = source.Name };
        try
        {
            model = notes.Find(source.Note) is { } noted
                ? noted with { Name = source.Name } : notes.Add(source.Note, Read(source, cancellation));
            if (source.Kind == ModelKind.Bert && memory.TooSmallFor(model.Parameters!.Value) is { } tooSmall)
                model = model with { Error = tooSmall };
            return known[source.Note] = model;
        }
        catch (Exception unreadable) when (unreadable is not OperationCanceledException)
        {
            if (unreadable is InvalidDataException or UnusableModelException or IOException
                or UnauthorizedAccessException)
                ResourceLog.ModelUnusable(logger, source.Path, unreadable.Message);
            // The failure is unexpected; it must not affect the other models or the worker.
            else ResourceLog.ModelFailed(logger, unreadable, source.Path);
            model = new ModelFile(
                source.Name, source.Kind, null, null, null, null,
                Readable(
                    unreadable.Message.Replace(source.Path, Path.GetFileName(source.Path), StringComparison.Ordinal)));
            // A failure of the disk may be transient, so only other failures are cached.
            if ((unreadable.InnerException ?? unreadable) is not (IOException or UnauthorizedAccessException))
                known[source.Note] = model;
            return model;
        }
    }

    private static ModelFile Read(Source source, CancellationToken cancellation)
    {
        if (source.Kind == ModelKind.Bert)
        {
            var bert = PretrainedBert.Read(source.Path, cancellation);
            bert.RequireWeights();
            return new ModelFile(
                source.Name, ModelKind.Bert, bert.Config.Width, bert.Config.Layers, bert.Config.Parameters,
                bert.Sha256, Positions: bert.Config.MaxPositions, Pooler: bert.HasPooler);
        }
        var vectors = VectorSummary.Read(source.Path, cancellation);
        return new ModelFile(
            source.Name, ModelKind.Vectors, vectors.Dimensions, Layers: null, vectors.Words * vectors.Dimensions,
            vectors.Sha256, Words: vectors.Words, Duplicates: vectors.Duplicates);
    }

    /// <summary>
    /// A damaged file may put any character into a message, but the database accepts no NUL and no unpaired surrogate.
    /// </summary>
    private static string Readable(string message) =>
        string.Concat(
            message.EnumerateRunes().Take(LongestError).Select(rune => Rune.IsControl(rune) ? " " : rune.ToString()));
}
