using PieService.Golden;

namespace PieService.Worker.Tests.Models;

/// <summary>
/// Pretrained models with a folder of reference outputs, in the folder that PIE_MODELS names. Tests go through them
/// all, so another model of the same form is tested by the same code; where there are none they skip and say so.
/// </summary>
internal static class ReferenceModels
{
    private const string Setting = "PIE_MODELS", Absent = "absent";

    private static readonly string Root = Path.GetFullPath(
        Environment.GetEnvironmentVariable(Setting) is { Length: > 0 } given
            ? given
            : Path.Combine(GoldenFolder.RepositoryRoot(), "..", "shared", "models"));

    /// <summary>The names of those that have a file of this name in their reference.</summary>
    public static TheoryData<string> With(string file)
    {
        IEnumerable<string> names = Directory.Exists(Root)
            ? Directory.GetDirectories(Root).Where(folder => File.Exists(Path.Combine(folder, "reference", file)))
                .Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)
            : [];
        return [.. names.DefaultIfEmpty(Absent)];
    }

    /// <summary>The model's folder; the calling test skips where there is none.</summary>
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
    /// A test's tolerance on outputs and gradients, absolute: what half-precision weights and float32 leave.
    /// </summary>
    public const double Tolerance = 1e-4;
}
