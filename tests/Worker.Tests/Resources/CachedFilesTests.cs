using PieService.Worker.Resources;

namespace PieService.Worker.Tests.Resources;

public sealed class CachedFilesTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_files_that_no_run_used_for_an_hour_are_removed_one_by_one_the_oldest_first()
    {
        Write("tokens/day.safetensors", TimeSpan.FromHours(24));
        Write("vectors/week.safetensors", TimeSpan.FromDays(7));
        Write("vectors/used.safetensors", TimeSpan.FromMinutes(59));
        Write("vectors/unfinished.safetensors.0", TimeSpan.FromDays(9));
        Write("models/note.json", TimeSpan.FromDays(9));

        Assert.Equal(
            [folder["vectors/week.safetensors"], folder["tokens/day.safetensors"], null],
            Enumerable.Range(0, 3).Select(_ => CachedFiles.RemoveOldest(folder[""], Now)));
        Assert.Equal(
            ["note.json", "unfinished.safetensors.0", "used.safetensors"],
            Directory.EnumerateFiles(folder[""], "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_cache_that_does_not_exist_has_nothing_to_remove() =>
        Assert.Null(CachedFiles.RemoveOldest(folder["cache"], Now));

    private void Write(string name, TimeSpan age)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
        File.WriteAllText(folder[name], "");
        CachedFiles.Use(folder[name], Now - age);
    }
}
