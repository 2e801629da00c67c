using PieService.Golden;

namespace PieService.Worker.Tests.Models;

/// <summary>
/// Pretrained models with a folder of reference outputs, in the folder that PIE_MODELS names. The tests use all of
/// them, so a further model of the same form needs no further code; without such models they are skipped.
/// </summary>
internal static class ReferenceModels
{
    private const string Setting = "PIE_MODELS", Absent = "absent";

    private static readonly string Root = Path.GetFullPath(
        Environment.GetEnvironmentVariable(Setting) is { Length: > 0 } given
            ? given
            : Path.Combine(GoldenFolder.RepositoryRoot(), "..", "shared", "models"));

    /// <summary>The names of the models that have a reference file of this name.</summary>
    public static TheoryData<string> With(string file)
    {
        IEnumerable<string> names = Directory.Exists(Root)
            ? Directory.GetDirectories(Root).Where(folder => File.Exists(Path.Combine(folder, "reference", file)))
                .Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)
            : [];
        return [.. names.DefaultIfEmpty(Absent)];
    }

    /// <summary>The folder of the model; if it does not exist, the calling test is skipped.</summary>
    public static string Folder(string model)
    {
        var folder = Path.Combine(Root, model);
        Assert.SkipUnless(
            Directory.Exists(folder),
            $"No model with reference outputs in {Root}; {Setting} names the folder that holds them.");
        return folder;
    }

    public static string Reference(string model, string file) => Path.Combine(Folder(model), "reference", file);

    /// <summary>
    /// The absolute tolerance of outputs and gradients: the error of half-precision weights and float32.
    /// </summary>
    public const double Tolerance = 1e-4;
}
