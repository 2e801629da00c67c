using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Worker.Supervision;

namespace PieService.Worker.Tests.Supervision;

public sealed class ModelShelfTests : IDisposable
{
    private const string Vectors = "the 1 2 3\nfilm 4 5 6\n";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Each_file_of_vectors_is_listed_once_with_what_is_in_it()
    {
        var bytes = Gzipped(Vectors);
        File.WriteAllBytes(InVectors("glove.3d.txt.gz"), bytes);
        File.WriteAllText(InVectors("broken.txt"), "one 1 2\ntwo x y\n");

        Assert.Equal(
            [new ModelFile("glove.3d", ModelKind.Vectors, Dimensions: 3, Layers: null, Parameters: 6, Convert.ToHexStringLower(SHA256.HashData(bytes)))],
            await LookAsync());
    }

    [Fact]
    public async Task What_was_read_once_is_remembered()
    {
        File.WriteAllText(InVectors("glove.txt"), Vectors);
        var first = await LookAsync();
        var note = Assert.Single(Directory.GetFiles(folder["cache/models"]));
        // Only who reads the note can know this.
        File.WriteAllText(note, File.ReadAllText(note).Replace("\"parameters\":6", "\"parameters\":7", StringComparison.Ordinal));

        Assert.Equal(first[0] with { Parameters = 7 }, Assert.Single(await LookAsync()));
    }

    private string InVectors(string name) => Path.Combine(Directory.CreateDirectory(folder["vectors"]).FullName, name);

    private async Task<IReadOnlyList<ModelFile>> LookAsync()
    {
        var folders = new PieFolders(folder[""], folder[""], folder["vectors"], folder["models"]);
        using var shelf = new ModelShelf(new VectorFolder(folders), folders, TimeProvider.System, NullLogger<ModelShelf>.Instance);
        await shelf.StartAsync(CancellationToken.None);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (shelf.Models.Count == 0) await Task.Delay(10, patience.Token);
        await shelf.StopAsync(CancellationToken.None);
        return shelf.Models;
    }

    private static byte[] Gzipped(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
