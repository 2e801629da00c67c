using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Worker.Resources;

namespace PieService.Worker.Tests.Resources;

public sealed class DatasetCacheTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly PieFolders folders;
    private readonly VectorFolder vectors;

    public DatasetCacheTests()
    {
        folders = new(folder["data"], folder["artifacts"], folder["vectors"], folder["models"]);
        vectors = new(folders);
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

    [Fact]
    public async Task The_access_time_of_a_file_is_its_last_use_by_a_run()
    {
        using var cache = new DatasetCache(folders, vectors, contexts: null!, TimeProvider.System);
        var path = await cache.VectorsAsync("small", folder["tokens"], CancellationToken.None);
        File.SetLastAccessTimeUtc(path, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        // The cache knows the file and does not read it, so the file system notes nothing.
        Assert.Equal(path, await cache.VectorsAsync("small", folder["tokens"], CancellationToken.None));

        Assert.InRange(
            File.GetLastAccessTimeUtc(path), TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromMinutes(10),
            DateTime.MaxValue);
    }

    /// <summary>A run may take the file before the inventory has read it.</summary>
    [Fact]
    public async Task A_damaged_file_of_vectors_makes_the_worker_unfit_until_it_is_replaced()
    {
        File.WriteAllText(folder["vectors/small.txt"], "shared0 1 2\nshared1 3 4\nshared2 \0\n");

        var unfit = await Assert.ThrowsAsync<WorkerUnfitException>(VectorsAsync);

        Assert.Equal((ModelKind.Vectors, "small"), (unfit.Kind, unfit.Name));
        Assert.Contains("small.txt, line 3: it has 1 number", unfit.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(folder["vectors"], unfit.Message, StringComparison.Ordinal);
        var file = new FileInfo(folder["vectors/small.txt"]);
        Assert.EndsWith(vectors.WhyUnusable(file)!, unfit.Message, StringComparison.Ordinal);

        File.WriteAllText(folder["vectors/small.txt"], "shared0 1 2\nshared1 3 4\n");
        file.Refresh();
        Assert.Null(vectors.WhyUnusable(file));
        Assert.True(File.Exists(await VectorsAsync()));
    }

    [Fact]
    public async Task Runs_that_wait_for_a_damaged_file_do_not_read_it_again()
    {
        vectors.MarkUnusable("small", "it is damaged");

        var unfit = await Assert.ThrowsAsync<WorkerUnfitException>(VectorsAsync);

        Assert.EndsWith("it is damaged", unfit.Message, StringComparison.Ordinal);
    }

    private async Task<string> VectorsAsync()
    {
        // vectors are reduced without the database
        using var cache = new DatasetCache(folders, vectors, contexts: null!, TimeProvider.System);
        return await cache.VectorsAsync("small", folder["tokens"], CancellationToken.None);
    }
}
