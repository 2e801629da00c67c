using System.Globalization;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Formats;

/// <summary>A file of an import, and what its reader needs.</summary>
/// <param name="Labels">The labels that the definition or the dataset fixes; null if the files have them.</param>
internal sealed record ForeignSource(
    SourceFile Source, ForeignFile File, ForeignTask Task, IReadOnlyList<string>? Labels, ReadLimits Limits,
    ForeignErrors Errors)
{
    /// <summary>The names of the labels 0, 1, 2, …, which are often used.</summary>
    private static readonly string[] Numbers =
        [.. Enumerable.Range(0, 1000).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    public string Name => Source.Name;

    /// <summary>A second file that the format needs; null if the definition has none.</summary>
    public SourceFile? Companion { get; init; }

    /// <summary>The run of a file that has one run.</summary>
    public RunKey Run => new(File.Cohort!, File.Seed);

    /// <summary>The characters of a text file.</summary>
    /// <exception cref="UnreadableFileException">No format reads the file.</exception>
    public SourceText Open()
    {
        SimpleEvals.Refuse(Source, Limits);
        return new(Source, File.Encoding, Limits);
    }

    /// <summary>The label that a file has by its number.</summary>
    /// <exception cref="UnreadableFileException">There is no such label.</exception>
    public string LabelAt(double number, Func<string, UnreadableFileException> error)
    {
        var count = Labels?.Count ?? Datasets.DatasetLimits.MaxLabels;
        if (number != Math.Floor(number) || number < 0 || number >= count)
            throw error(
                $"has the label {number.ToString(CultureInfo.InvariantCulture)}; " + (Labels is null
                    ? $"labels are numbers from 0 to {count - 1}" : $"there are {count} labels, from 0"));
        var index = (int)number;
        return Labels is not null ? Labels[index]
            : index < Numbers.Length ? Numbers[index] : index.ToString(CultureInfo.InvariantCulture);
    }

    public UnreadableFileException Error(long? line, string? column, string message) =>
        new(Name, line, column, message);
}
