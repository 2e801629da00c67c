namespace PieService.Domain.Datasets.Corpora;

/// <summary>The published datasets that are read in their own formats.</summary>
internal static class PublishedCorpora
{
    /// <summary>Null if the format needs a definition of its columns.</summary>
    public static Corpus? Of(DatasetFormat? format) => format switch
    {
        DatasetFormat.Snli => new Snli(),
        DatasetFormat.Imdb => new Imdb(),
        DatasetFormat.Reuters21578 => new Reuters21578(),
        DatasetFormat.Aapd => new Aapd(),
        DatasetFormat.Trec => new Trec(),
        _ => null,
    };

    /// <summary>The formats of the corpora that have a property, for messages.</summary>
    public static string Formats(Func<Corpus, bool> which) => string.Join(
        ", ",
        from format in Enum.GetValues<DatasetFormat>()
        where Of(format) is { } corpus && which(corpus)
        select Wire.Name(format));
}
