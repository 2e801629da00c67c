using System.Globalization;
using System.Text;
using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.Worker.Files;
using PieService.Worker.Machines;
using PieService.Worker.Models;
using PieService.Worker.Training;

namespace PieService.Worker.Runs;

/// <summary>
/// A trained model as a self-contained file (docs/formats.md): parameters by the names of the published model, a mask
/// for each prunable one, the words of a trained embedding, and in the metadata everything that decided the model.
/// </summary>
internal static class ModelExport
{
    public const string Format = "pie-model/1";

    /// <summary>Writes the file; it is complete on the disk when this returns.</summary>
    /// <exception cref="IOException">The file cannot be written; a run that must keep its model cannot finish without
    /// it.</exception>
    public static ModelExportFile Save(
        KeptModelTarget wish, TrainingAssignment assignment, TrainingInputs inputs, Machine machine,
        ParameterBuffer parameters, double? threshold)
    {
        var file = new SafeTensors();
        foreach (var (key, value) in Metadata(wish, assignment, inputs, machine, parameters, threshold))
            file.Metadata[key] = value;
        var values = parameters.CopyValues();
        foreach (var segment in parameters.Segments)
        {
            file.Add<float>(NameOf(segment), values.AsMemory(segment.Offset, segment.Size), segment.Shape);
            if (segment.IsPrunable)
                file.Add($"mask.{segment.Name}", parameters.Masks[segment.Name].Values, segment.Shape);
        }
        if (Vocabulary(inputs, assignment.Recipe.Hyperparameters.MaxLength) is { } words)
            file.Add("vocabulary", Encoding.UTF8.GetBytes(string.Join('\n', words)));
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(wish.Path)!);
            var sha256 = file.Write(wish.Path);
            return new(wish.Path, new FileInfo(wish.Path).Length, sha256);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The model cannot be written; free space on the disk of PIE_ARTIFACTS, or allow the worker to write "
                    + $"there: {unwritable.Message}", unwritable);
        }
    }

    /// <summary>
    /// Loads the parameters and masks of a kept model, or of a checkpoint, into <paramref name="parameters"/>.
    /// </summary>
    /// <returns>The threshold for multi-label data; null for single-label data.</returns>
    /// <exception cref="InvalidDataException">The file is not the one that was kept, or it belongs to another
    /// model.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static double? Restore(TrainedFile trained, ParameterBuffer parameters)
    {
        if (Checkpoint.Sha256(trained.Path) is var sha256 && sha256 != trained.Sha256)
            throw new InvalidDataException($"The kept model has the SHA-256 {sha256}, not {trained.Sha256}.");
        var file = SafeTensors.Read(trained.Path);
        parameters.SetValues(parameters.Segments.ToDictionary(
            segment => segment.Name,
            segment => file.Get<float>(file.Names.Contains(NameOf(segment)) ? NameOf(segment) : segment.Name)));
        parameters.Prune(parameters.Segments.Where(segment => segment.IsPrunable)
            .ToDictionary(segment => segment.Name, segment => Mask.Of(file.Get<byte>("mask." + segment.Name))));
        return file.Metadata.GetValueOrDefault("threshold") is { Length: > 0 } threshold
            ? double.Parse(threshold, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>
    /// The name in the published model, except for BERT's last layer, which Hugging Face names and expects as the
    /// classifier.
    /// </summary>
    private static string NameOf(ParameterBuffer.Segment segment) =>
        segment.Name.StartsWith(BertClassifier.ClassifierPrefix, StringComparison.Ordinal)
            ? "classifier." + segment.Name[BertClassifier.ClassifierPrefix.Length..] : segment.Name;

    /// <summary>The meaning of the rows of the embedding; null for vectors that have their own file.</summary>
    private static IReadOnlyList<string>? Vocabulary(TrainingInputs inputs, int maxLength) =>
        inputs.Pretrained is { } bert ? bert.Tokens.Vocabulary
        : inputs.Vectors is null ? InputVectors.WordsOfRows(inputs.Dataset, maxLength)
        : null;

    private static IEnumerable<(string Key, string Value)> Metadata(
        KeptModelTarget wish, TrainingAssignment assignment, TrainingInputs inputs, Machine machine,
        ParameterBuffer parameters, double? threshold)
    {
        var recipe = assignment.Recipe;
        return
        [
            ("format", Format),
            ("run", assignment.RunId.ToString()),
            ("seed", Number(assignment.Seed)),
            ("architecture", Wire.Name(recipe.Architecture)),
            ("method", Wire.Name(recipe.Method)),
            ("protocol", Wire.Name(recipe.Protocol)),
            ("sparsity", Number(recipe.Sparsity)),
            ("achievedSparsity", Number(parameters.Prunable.AchievedSparsity)),
            ("epochs", Number(recipe.Plan.TotalEpochs)),
            ("recipe", Json.Write(recipe)),
            ("recipeFingerprint", RecipeFingerprint.Of(recipe)),
            ("dataset", recipe.DatasetHash),
            ("task", Wire.Name(inputs.Dataset.Task)),
            ("labels", Json.Write(wish.Labels)),
            ("threshold", threshold is { } tuned ? Number(tuned) : ""),
            ("tokenizer", inputs.Pretrained is null ? "basic_english" : "WordPiece"),
            ("vocabularySha256", inputs.Dataset.VocabularyHash),
            ("vectors", recipe.Vectors ?? ""),
            ("vectorsSha256", inputs.Vectors?.SourceSha256 ?? ""),
            .. inputs.Pretrained is { } bert ? OfCheckpoint(recipe, bert) : [],
            ("device", machine.DeviceType),
            ("cpuCapability", machine.CpuCapability),
            ("threads", Number(machine.Threads)),
            ("versions", wish.Versions),
        ];
    }

    /// <summary>
    /// Includes the JSON files of the checkpoint's folder, which a folder for the kept model needs too.
    /// </summary>
    private static IEnumerable<(string Key, string Value)> OfCheckpoint(Recipe recipe, PretrainedBert bert)
    {
        yield return ("checkpoint", recipe.Checkpoint!);
        yield return ("checkpointSha256", bert.Sha256);
        foreach (var file in bert.Settings) yield return file;
    }

    private static string Number(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
