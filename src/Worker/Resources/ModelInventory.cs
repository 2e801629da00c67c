using System.Collections.Concurrent;
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
    /// <summary>
    /// The version of what is noted of a file, and of the rules by which a file is refused: a file whose note is of an
    /// earlier version is read again.
    /// </summary>
    private const int NotesFormat = 2;

    private readonly ModelNotes notes = new(folders);
    private readonly ConcurrentDictionary<string, ModelFile> known = new(StringComparer.Ordinal);

    private volatile List<(Source Source, ModelFile Model)> seen = [];

    /// <summary>Whether all files were read at least once.</summary>
    public bool HasLooked { get; private set; }

    /// <summary>The files that the last check found; the error of an unusable file gives the reason.</summary>
    public IReadOnlyList<ModelFile> Models =>
        [.. seen.Select(found => ErrorOf(found) is { } error ? found.Model with { Error = error } : found.Model)];

    /// <summary>The names of the checkpoints that runs of this worker may use.</summary>
    public string[] Checkpoints() =>
        [.. Models.Where(model => model is { Kind: ModelKind.Bert, Error: null }).Select(model => model.Name)];

    /// <summary>
    /// The names of the word vectors that runs of this worker may use: all names of a file, unless it was found
    /// unusable.
    /// </summary>
    public string[] Vectors()
    {
        var broken = seen.Where(found => found.Source.Kind == ModelKind.Vectors && found.Model.Error is not null)
            .Select(found => found.Source.Path).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. vectors.All()
                .Where(named => !broken.Contains(named.File.FullName) && vectors.WhyUnusable(named.File) is null)
                .SelectMany(named => named.Names).Order(StringComparer.Ordinal),
        ];
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
        seen = [.. seen.Where(found => (found.Model.Kind, found.Model.Name) != (ModelKind.Bert, checkpoint))];
        notes.Forget(note);
    }

    public override async Task LookAsync(CancellationToken cancellation)
    {
        var models = new List<(Source, ModelFile)>();
        foreach (var source in Sources())
        {
            models.Add((source, await Task.Run(() => Find(source, cancellation), cancellation)));
            // Publish the entries that are ready while the other files are still being read.
            if (models.Count > seen.Count) seen = [.. models];
        }
        seen = models;
        HasLooked = true;
    }

    protected override void Log(Exception failure) => ResourceLog.LookFailed(logger, failure, nameof(ModelInventory));

    /// <param name="Aliases">The other names of a file of vectors; null for a checkpoint.</param>
    /// <param name="Note">The name of its cache file, which identifies its present content.</param>
    private sealed record Source(
        string Name, IReadOnlyList<string>? Aliases, ModelKind Kind, string Path, string Note)
    {
        /// <summary>The names of a file of vectors depend on the other files of the folder.</summary>
        public ModelFile WithNames(ModelFile model) => model with { Name = Name, Aliases = Aliases };
    }

    private List<Source> Sources() =>
    [
        // Checkpoints come first, because they take only seconds.
        .. checkpoints.All()
            .Select(folder =>
                new Source(
                    folder.Name, null, ModelKind.Bert, folder.FullName,
                    $"{NoteOf(folder.Name, CheckpointVersion.Of(folder))}-{NotesFormat}.json")),
        .. vectors.All().Select(named => new Source(
            named.Names[0], [.. named.Names.Skip(1)], ModelKind.Vectors, named.File.FullName,
            $"vectors-{NotesFormat}-{VectorFolder.VersionOf(named.File)}.json")),
    ];

    private static string NoteOf(string checkpoint, string version) => $"checkpoint-{checkpoint}-{version}";

    private string? ErrorOf((Source Source, ModelFile Model) found) => found.Model.Error ?? found.Source.Kind switch
    {
        ModelKind.Vectors => vectors.WhyUnusable(new FileInfo(found.Source.Path)),
        ModelKind.Bert => checkpoints.WhyUnusable(found.Source.Name),
    };

    private ModelFile Find(Source source, CancellationToken cancellation)
    {
        if (known.TryGetValue(source.Note, out var model)) return source.WithNames(model);
        try
        {
            model = source.WithNames(
                notes.Find(source.Note) ?? notes.Add(source.Note, Read(source, cancellation)));
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
            model = source.WithNames(new ModelFile(
                source.Name, source.Kind, null, null, null, null,
                ReadableText.Line(
                    unreadable.Message.Replace(source.Path, Path.GetFileName(source.Path), StringComparison.Ordinal))));
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
}
