using PieService.Domain.Files;
using PieService.Domain.Foreign;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Tests.Foreign;

/// <summary>Definitions of imports, and their reading in a folder of its own.</summary>
internal sealed class Imports : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pie-foreign-");
    private readonly Dictionary<string, SourceFile> parts = new(StringComparer.Ordinal);
    private readonly List<ForeignFile> files = [];

    public ForeignTask Task { get; init; } = ForeignTask.SingleLabel;

    public IReadOnlyList<string>? Labels { get; init; }

    public MatchedDataset? Dataset { get; init; }

    public ReplicationKind Replication { get; init; } = ReplicationKind.Training;

    public NoAnswerRule NoAnswer { get; init; }

    public MissingRule OnMissing { get; init; }

    public ReadLimits Limits { get; init; } = ReadLimits.Default;

    /// <summary>The first of them is the baseline.</summary>
    public IReadOnlyList<string> Cohorts { get; init; } = ["dense"];

    /// <summary>The pairing of the other cohorts with the baseline.</summary>
    public SeedPairing Pairing { get; init; }

    public string Folder => folder.FullName;

    public PredictionImport Definition => new()
    {
        Name = "an import",
        Replication = Replication,
        NoAnswer = NoAnswer,
        OnMissing = OnMissing,
        Dataset = Dataset is null
            ? new() { FromFiles = true, Name = "a dataset", Task = Task, Labels = Labels }
            : new() { Id = Guid.NewGuid() },
        Cohorts =
        [
            .. Cohorts.Select((name, i) => new ForeignCohort
            {
                Name = name,
                Model = "model",
                Baseline = i == 0,
                Pairing = i == 0 ? SeedPairing.None : Pairing,
            }),
        ],
        Files = files,
    };

    /// <summary>Adds a file that exists.</summary>
    public Imports With(string path, ForeignFile file)
    {
        var part = $"part{parts.Count}";
        parts.Add(part, new SourceFile(part, path));
        files.Add(file with { Part = part });
        return this;
    }

    /// <summary>Adds a file that the format of another file needs.</summary>
    public Imports WithCompanion(string part, string path)
    {
        parts.Add(part, new SourceFile(part, path));
        return this;
    }

    /// <summary>Adds a file with this content.</summary>
    public Imports With(byte[] content, ForeignFile file)
    {
        var path = Path.Combine(Folder, $"file{parts.Count}");
        File.WriteAllBytes(path, content);
        return With(path, file);
    }

    public Imports With(string[] lines, ForeignFile file) =>
        With(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), file);

    public ImportReading Reading()
    {
        Assert.Empty(ImportRules.Check(Definition, parts.Keys));
        Assert.Empty(ImportConflicts.Check(Definition));
        return ForeignImport.Read(Definition, parts, Dataset, Limits, Folder, CancellationToken.None);
    }

    /// <summary>Reads files without a fault.</summary>
    public ForeignPredictions Read()
    {
        var reading = Reading();
        Assert.Empty(reading.Errors);
        return reading.Predictions!;
    }

    /// <summary>The errors of files that are not read; nothing is left of them on the disk.</summary>
    public IReadOnlyList<ForeignError> Errors()
    {
        var before = Directory.GetFiles(Folder).Order().ToList();
        var reading = Reading();
        Assert.Null(reading.Predictions);
        Assert.Equal(before, Directory.GetFiles(Folder).Order());
        return reading.Errors;
    }

    public void Dispose() => folder.Delete(recursive: true);
}
