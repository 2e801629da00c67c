namespace PieService.Worker.Resources;

/// <summary>
/// The files of the cache that <see cref="DatasetCache"/> makes. Their access time is the last use by a run.
/// </summary>
internal static class CachedFiles
{
    public const string Tokens = "tokens", Vectors = "vectors", Ending = ".safetensors";

    /// <summary>
    /// A file that was used within this time is not removed: a run of this machine may be about to read it. A trainer
    /// reads its files once, when it begins.
    /// </summary>
    private static readonly TimeSpan InUse = TimeSpan.FromHours(1);

    /// <summary>Notes that a run uses a file now.</summary>
    public static void Use(string path, DateTimeOffset now)
    {
        try
        {
            File.SetLastAccessTimeUtc(path, now.UtcDateTime);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The file is of another user; its time is then that of the system.
        }
    }

    /// <summary>Removes the file whose last use was longest ago; it is made again when a run needs it.</summary>
    /// <returns>The path of the file; null if none can be removed.</returns>
    public static string? RemoveOldest(string cache, DateTimeOffset now)
    {
        try
        {
            var oldest = new[] { Tokens, Vectors }.Select(name => new DirectoryInfo(Path.Combine(cache, name)))
                .Where(folder => folder.Exists).SelectMany(folder => folder.EnumerateFiles($"*{Ending}"))
                .Where(file => file.LastAccessTimeUtc < now.UtcDateTime - InUse)
                .MinBy(file => file.LastAccessTimeUtc);
            oldest?.Delete();
            return oldest?.FullName;
        }
        catch (Exception later) when (later is IOException or UnauthorizedAccessException)
        {
            // Another worker with the same cache does the same.
            return null;
        }
    }
}
