using PieService.Domain;
using PieService.Worker.Resources;

namespace PieService.Worker.Tests.Resources;

public sealed class DatasetCacheTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly PieFolders folders;

    public DatasetCacheTests()
    {
        folders = new(folder["data"], folder["artifacts"], folder["vectors"], folder["models"]);
        Directory.CreateDirectory(folder["vectors"]);
        File.WriteAllText(folder["vectors/small.txt"], "shared0 1 2\nshared1 3 4\n");
        Toy.Dataset().Save(folder["tokens"]);
    }

    public void Dispose() => folder.Dispose();

    /// <summary>The killed worker may have left its files before or after another worker completed the file.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_unfinished_files_of_a_killed_worker_are_deleted_by_the_next_reader(bool isThere)
    {
        var path = await VectorsAsync();
        string[] left = [$"{path}.{Guid.NewGuid():N}", $"{path}.{Guid.NewGuid():N}.tmp"];
        foreach (var file in left) File.WriteAllText(file, "half");
        if (!isThere) File.Delete(path);

        Assert.Equal(path, await VectorsAsync());

        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    private async Task<string> VectorsAsync()
    {
        // vectors are reduced without the database
        using var cache = new DatasetCache(folders, new VectorFolder(folders), contexts: null!);
        return await cache.VectorsAsync("small", folder["tokens"], CancellationToken.None);
    }
}
