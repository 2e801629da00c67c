using PieService.Domain.Files;

namespace PieService.Domain.Datasets;

/// <summary>One uploaded file of a dataset.</summary>
/// <param name="Name">The name of the multipart part: <c>file</c>, the split that it contains, or the name of an
/// accompanying file.</param>
public sealed record DatasetPart(string Name, string Path) : SourceFile(Name, Path)
{
    /// <summary>A single file, which is divided by fractions or contains the splits itself.</summary>
    public const string Undivided = "file";

    /// <summary>The file with the names of the labels, in their order.</summary>
    public const string LabelIndex = "labelIndex";

    /// <summary>The names of all valid parts; those with examples come first.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [Undivided, .. Wire.All<Split>(), .. Wire.All<Split>().Select(LabelsPart), LabelIndex];

    /// <summary>
    /// The split of all examples of the file; null if the file is divided or contains the splits itself.
    /// </summary>
    public Split? Split => Wire.TryParse<Split>(Name, out var split) ? split : null;

    /// <summary>
    /// The name of the part whose examples have their labels here; null if this part does not have labels.
    /// </summary>
    public string? LabelsOf => Names.FirstOrDefault(part => Name == LabelsPart(part));

    public static bool HoldsExamples(string name) => name == Undivided || Wire.TryParse<Split>(name, out _);

    /// <summary>The name of the part with the labels of a split: trainLabels for train.</summary>
    public static string LabelsPart(string split) => $"{split}Labels";
}
