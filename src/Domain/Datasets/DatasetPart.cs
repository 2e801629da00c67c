namespace PieService.Domain.Datasets;

/// <summary>One uploaded file of a dataset, in a place of our own.</summary>
/// <param name="Name">Of the multipart part: <c>file</c>, or the split that it holds.</param>
public sealed record DatasetPart(string Name, string Path)
{
    /// <summary>A single file, to be divided by fractions.</summary>
    public const string Undivided = "file";

    /// <summary>The split that the whole file is; null: it is to be divided.</summary>
    public Split? Split => Wire.TryParse<Split>(Name, out var split) ? split : null;

    public static bool IsName(string name) => name == Undivided || Wire.TryParse<Split>(name, out _);
}
