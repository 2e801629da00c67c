using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Worker.Text;

namespace PieService.Worker.Supervision;

/// <summary>
/// What is in this worker's files of word vectors. To know it, each is read once: minutes for the largest, so it is done aside
/// and remembered on the disk.
/// </summary>
public sealed class ModelShelf(VectorFolder vectors, PieFolders folders, TimeProvider time, ILogger<ModelShelf> logger) : BackgroundService
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, ModelFile?> known = new(StringComparer.Ordinal);

    /// <summary>Of the files that were there at the last look and could be read.</summary>
    public IReadOnlyList<ModelFile> Models { get; private set; } = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(BetweenLooks, time);
        do
        {
            var models = new List<ModelFile>();
            foreach (var (name, file) in vectors.ByShortestName())
            {
                if (await Task.Run(() => Find(name, file, stoppingToken), stoppingToken) is not { } model) continue;
                models.Add(model);
                // While others are still being read.
                if (models.Count > Models.Count) Models = [.. models];
            }
            Models = models;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private ModelFile? Find(string name, FileInfo file, CancellationToken cancellation)
    {
        var note = string.Create(CultureInfo.InvariantCulture, $"{file.Name}-{file.Length}-{file.LastWriteTimeUtc.Ticks}.json");
        if (known.TryGetValue(note, out var model)) return model;
        try
        {
            return known[note] = Remembered(note) ?? Remember(note, Read(name, file, cancellation));
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            WorkerLog.VectorsUnreadable(logger, file.FullName, unreadable.Message);
            // What the disk refuses now it may give later.
            if (unreadable is InvalidDataException) known[note] = null;
            return null;
        }
    }

    private static ModelFile Read(string name, FileInfo file, CancellationToken cancellation)
    {
        using var source = new GloveFile(file.FullName);
        var words = 0L;
        while (source.Next(cancellation)) words++;
        return new ModelFile(name, ModelKind.Vectors, source.Dimensions, Layers: null, words * source.Dimensions, source.Sha256());
    }

    private ModelFile? Remembered(string note)
    {
        var path = Path.Combine(Notes, note);
        try
        {
            return File.Exists(path) ? Json.Read<ModelFile>(File.ReadAllText(path)) : null;
        }
        catch (JsonException)
        {
            // Damaged, or of another version: it is read anew.
            return null;
        }
    }

    private ModelFile Remember(string note, ModelFile model)
    {
        Directory.CreateDirectory(Notes);
        var unfinished = Path.Combine(Notes, $"{note}.{Environment.ProcessId}");
        File.WriteAllText(unfinished, Json.Write(model));
        File.Move(unfinished, Path.Combine(Notes, note), overwrite: true);
        return model;
    }

    private string Notes => Path.Combine(folders.Cache, "models");
}
