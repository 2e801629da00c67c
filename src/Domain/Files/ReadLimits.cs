namespace PieService.Domain.Files;

/// <summary>The resources that reading a file may take.</summary>
/// <param name="RecordCharacters">The longest record; a slightly longer one may be accepted, since files are read in
/// blocks.</param>
/// <param name="FileBytes">The longest file, after decompression: a small gzip file can contain terabytes.</param>
/// <param name="Records">The largest number of records of all files together.</param>
public sealed record ReadLimits(int RecordCharacters, long FileBytes, int Records)
{
    /// <summary>The limit of a file.</summary>
    public ByteLimit OfFile => new(FileBytes, "its setting PIE_DATASET_FILE_MIB");

    private const int Mebi = 1024 * 1024;

    public static readonly ReadLimits Default = From(_ => null);

    /// <param name="setting">Looks up PIE_DATASET_RECORD_KIB, PIE_DATASET_FILE_MIB, PIE_DATASET_EXAMPLES.</param>
    /// <exception cref="FormatException">A setting is not a whole number in its range.</exception>
    public static ReadLimits From(Func<string, string?> setting) => new(
        Settings.Number(setting, "PIE_DATASET_RECORD_KIB", 2048, 1, 65_536) * 1024,
        (long)Settings.Number(setting, "PIE_DATASET_FILE_MIB", 8192, 1, Mebi) * Mebi,
        Settings.Number(setting, "PIE_DATASET_EXAMPLES", 5_000_000, 1, 100_000_000));
}
