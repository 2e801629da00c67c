using System.IO.Compression;
using System.Text;
using PieService.Domain.Datasets;
using PieService.Domain.Files;

namespace PieService.Domain.Tests.Datasets;

/// <summary>The files of one test, and the dataset that is read from them.</summary>
public sealed class SampleFiles : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pie-samples-");
    private readonly List<DatasetPart> parts = [];

    public DatasetDefinition Definition { get; set; } = new()
    {
        Name = "sample",
        Task = LearningTask.SingleLabel,
        Format = DatasetFormat.Csv,
        Columns = new ColumnMapping { Text = "text", Label = "label" },
    };

    public ReadMeter Meter { get; } = new();

    public ReadLimits Limits { get; set; } = ReadLimits.Default;

    public SampleFiles As(DatasetFormat format)
    {
        Definition = Definition with { Format = format };
        return this;
    }

    public SampleFiles With(string part, string content) => With(part, Encoding.UTF8.GetBytes(content));

    public SampleFiles With(string part, byte[] content)
    {
        var path = Path.Combine(folder.FullName, $"{part}{parts.Count}");
        File.WriteAllBytes(path, content);
        parts.Add(new DatasetPart(part, path) { Meter = Meter });
        return this;
    }

    public SourceDataset Read(CancellationToken cancellation = default) =>
        SourceDataset.Read(Definition, parts, Limits, cancellation);

    public List<Example> Examples() => [.. Read().Examples(Guid.Empty, CancellationToken.None)];

    /// <summary>The error of the file; a test file must have only one.</summary>
    public UnreadableFileException Refusal() => Assert.Throws<UnreadableFileException>(() => Read());

    public static byte[] Gzip(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) gzip.Write(content);
        return compressed.ToArray();
    }

    public void Dispose() => folder.Delete(recursive: true);
}
