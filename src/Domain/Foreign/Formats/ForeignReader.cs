namespace PieService.Domain.Foreign.Formats;

/// <summary>The reader of each format. Every one streams: no more than a record or a block is in memory.</summary>
internal static class ForeignReader
{
    /// <summary>
    /// The records of a file. Errors of single records are collected, and those that end the reading are thrown.
    /// </summary>
    /// <exception cref="Files.UnreadableFileException">The rest of the file cannot be read.</exception>
    public static IEnumerable<ForeignRecord> Read(ForeignSource source) => source.File.Format!.Value switch
    {
        ForeignFormat.Csv or ForeignFormat.Tsv => TableRecords.Of(TextTable.Rows(source), source),
        ForeignFormat.Jsonl => TableRecords.Of(JsonTable.Rows(source), source),
        ForeignFormat.Parquet => TableRecords.Of(ParquetTable.Rows(source), source),
        ForeignFormat.WandbTable => TableRecords.Of(WandbTable.Rows(source), source),
        ForeignFormat.Npy => ArrayRecords.OfNpy(source),
        ForeignFormat.Npz => ArrayRecords.OfNpz(source),
        ForeignFormat.LmEvalHarness => LmEvalRecords.Of(source),
        ForeignFormat.EveryEvalEver => EveryEvalEverRecords.Of(source),
        ForeignFormat.Inspect => InspectRecords.Of(source),
        ForeignFormat.Helm => HelmRecords.Of(source),
        ForeignFormat.OpenAiEvals => OpenAiEvalsRecords.Of(source),
        ForeignFormat.Lighteval => LightevalRecords.Of(source),
        ForeignFormat.OpenCompass => OpenCompassRecords.Of(source),
    };
}
