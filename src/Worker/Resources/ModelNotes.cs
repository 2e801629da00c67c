using System.Text.Json;
using PieService.Domain;
using PieService.Domain.Runs;

namespace PieService.Worker.Resources;

/// <summary>Caches the contents of models on the disk, since reading the largest takes minutes.</summary>
internal sealed class ModelNotes(PieFolders folders)
{
    private string Notes => Path.Combine(folders.Cache, "models");

    /// <summary>Returns null if there is no such note.</summary>
    public ModelFile? Find(string note)
    {
        var path = Path.Combine(Notes, note);
        try
        {
            return File.Exists(path) ? Json.Read<ModelFile>(File.ReadAllText(path)) : null;
        }
        catch (JsonException)
        {
            // The note is damaged or of another version: the file is read again.
            return null;
        }
    }

    public ModelFile Add(string note, ModelFile model)
    {
        Directory.CreateDirectory(Notes);
        var unfinished = Path.Combine(Notes, $"{note}.{Environment.ProcessId}");
        File.WriteAllText(unfinished, Json.Write(model));
        File.Move(unfinished, Path.Combine(Notes, note), overwrite: true);
        return model;
    }

    /// <summary>Removes all notes whose name begins with this.</summary>
    public void Forget(string note)
    {
        try
        {
            if (!Directory.Exists(Notes)) return;
            foreach (var file in Directory.EnumerateFiles(Notes, note + "*")) File.Delete(file);
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            // The next check then uses the cached note, and the next run finds the fault again.
        }
    }
}
