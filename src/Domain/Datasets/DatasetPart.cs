using PieService.Domain.Files;

namespace PieService.Domain.Datasets;

/// <summary>One uploaded file of a dataset.</summary>
/// <param name="Name">Of the multipart part: <c>file</c>, the split that it holds, or what belongs to it.</param>
public sealed record DatasetPart(string Name, string Path) : SourceFile(Name, Path)
{
    /// <summary>A single file: it is to be divided by fractions, or holds the splits itself.</summary>
    public const string Undivided = "file";

    /// <summary>Names the labels in their order.</summary>
    public const string LabelIndex = "labelIndex";

    /// <summary>All that there may be, the files of examples first.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [Undivided, .. Wire.All<Split>(), .. Wire.All<Split>().Select(LabelsPart), LabelIndex];

    /// <summary>The split that the whole file is; null: it is to be divided, or holds the splits itself.</summary>
    public Split? Split => Wire.TryParse<Split>(Name, out var split) ? split : null;

    /// <summary>The name of the part whose examples have their labels here; null: it is no such part.</summary>
    public string? LabelsOf => Names.FirstOrDefault(part => Name == LabelsPart(part));

    public static bool HoldsExamples(string name) => name == Undivided || Wire.TryParse<Split>(name, out _);

    /// <summary>As train has trainLabels.</summary>
    public static string LabelsPart(string split) => $"{split}Labels";
}
