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

    /// <summary>Whether it died before another worker was done, or after, so that the file is there already.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_worker_left_unfinished_when_it_was_killed_goes_with_the_next_look_of_another(bool isThere)
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
        // vectors are made without the database
        using var cache = new DatasetCache(folders, new VectorFolder(folders), contexts: null!);
        return await cache.VectorsAsync("small", folder["tokens"], CancellationToken.None);
    }
}
