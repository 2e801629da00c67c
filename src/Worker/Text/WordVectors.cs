using System.Globalization;
using PieService.Domain.Datasets;
using PieService.Domain.Runs;
using PieService.Worker.Files;

namespace PieService.Worker.Text;

/// <summary>
/// Word vectors reduced to a dataset's vocabulary. A word that the source lacks, such as the pair separator, gets the
/// mean of all vectors of the source.
/// </summary>
/// <param name="Name">The name of the source in the recipe.</param>
/// <param name="SourceSha256">The hash of the source file's bytes on the disk, lower-case hex.</param>
/// <param name="VocabularyHash">The hash of the vocabulary that numbers the rows.</param>
/// <param name="Dimensions">D.</param>
/// <param name="Matrix">V x D, row-major, in vocabulary order.</param>
/// <param name="Mean">D values: the mean over every line of the source, summed in double.</param>
/// <param name="Found">The number of the V words that the source has.</param>
/// <param name="Coverage">The share of the training split that has vectors: all of its words as basic_english makes
/// them, also those beyond a run's maxLength, without the separator of pairs. Null if the split has no words.</param>
public sealed record WordVectors(
    string Name, string SourceSha256, string VocabularyHash, int Dimensions, float[] Matrix, float[] Mean, int Found,
    VectorCoverage? Coverage = null)
{
    /// <summary>
    /// The version of the file format, and of the rules by which a source is read; it is part of the name in the cache,
    /// so that a file of an earlier version is rebuilt.
    /// </summary>
    public const string Format = "pie-vectors-2";

    /// <summary>Reads a whole GloVe file, plain or gzip.</summary>
    /// <exception cref="InvalidDataException">A line is malformed; the message names the file and the line.</exception>
    public static WordVectors Reduce(
        string sourcePath, string name, TokenisedDataset dataset, CancellationToken cancellation = default)
    {
        var rows = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < dataset.Vocabulary.Count; i++) rows.Add(dataset.Vocabulary[i], i);

        using var source = new GloveFile(sourcePath);
        float[] matrix = [];
        double[] sum = [];
        var (found, lines) = (new bool[rows.Count], 0L);
        var lookup = rows.GetAlternateLookup<ReadOnlySpan<char>>();
        while (source.Next(cancellation))
        {
            if (lines++ == 0)
                (sum, matrix) = (new double[source.Dimensions], new float[(long)rows.Count * source.Dimensions]);
            for (var d = 0; d < sum.Length; d++) sum[d] += source.Values[d];
            // Files order words by frequency, so the first line of a repeated word is the right one.
            if (!lookup.TryGetValue(source.Word, out var row) || found[row]) continue;
            found[row] = true;
            for (var d = 0; d < sum.Length; d++) matrix[(row * sum.Length) + d] = (float)source.Values[d];
        }
        if (lines == 0) throw new InvalidDataException($"{sourcePath} holds no vectors.");

        var mean = Array.ConvertAll(sum, total => (float)(total / lines));
        for (var row = 0; row < found.Length; row++)
            if (!found[row]) mean.CopyTo(matrix, row * mean.Length);
        return new(
            name, source.Sha256(cancellation), dataset.VocabularyHash, mean.Length, matrix, mean,
            found.Count(isFound => isFound), CoverageOf(dataset, found));
    }

    /// <summary>
    /// The coverage of several datasets by a file of vectors, which is read once and whose numbers are not kept; and
    /// the SHA-256 of the file, lower-case hex.
    /// </summary>
    /// <param name="datasets">For each dataset the number of occurrences of each word in its training split.</param>
    /// <returns>The coverage of each dataset; null if it has no word.</returns>
    /// <exception cref="InvalidDataException">A line is malformed; the message names the file and the line.</exception>
    public static (IReadOnlyList<VectorCoverage?> Coverages, string Sha256) CoverageOf(
        string sourcePath, IReadOnlyList<Dictionary<string, int>> datasets, CancellationToken cancellation)
    {
        var all = datasets.SelectMany(counts => counts.Keys).Distinct(StringComparer.Ordinal).Index()
            .ToDictionary(word => word.Item, word => word.Index, StringComparer.Ordinal);
        var (lookup, found) = (all.GetAlternateLookup<ReadOnlySpan<char>>(), new bool[all.Count]);
        using var source = new GloveFile(sourcePath);
        while (source.Next(cancellation))
            if (lookup.TryGetValue(source.Word, out var place)) found[place] = true;
        return (
            [.. datasets.Select(counts => VectorCoverage.Of(
                [.. counts.Values], [.. counts.Keys.Select(word => found[all[word]])]))],
            source.Sha256(cancellation));
    }

    private static VectorCoverage? CoverageOf(TokenisedDataset dataset, bool[] found)
    {
        var counts = dataset.TrainCounts(int.MaxValue);
        for (var word = 0; word < counts.Length; word++)
            if (dataset.Vocabulary[word] == BasicEnglish.Separator) counts[word] = 0;
        return VectorCoverage.Of(counts, found);
    }

    /// <returns>The SHA-256 of the cache file.</returns>
    public string Save(string path)
    {
        var file = new SafeTensors
        {
            Metadata =
            {
                ["format"] = Format,
                ["name"] = Name,
                ["sourceSha256"] = SourceSha256,
                ["vocabularyHash"] = VocabularyHash,
                ["found"] = Found.ToString(CultureInfo.InvariantCulture),
            },
        };
        if (Coverage is { } coverage)
        {
            file.Metadata["typeCoverage"] = coverage.Types.ToString("R", CultureInfo.InvariantCulture);
            file.Metadata["tokenCoverage"] = coverage.Tokens.ToString("R", CultureInfo.InvariantCulture);
        }
        file.Add("matrix", Matrix, Matrix.Length / Dimensions, Dimensions);
        file.Add("mean", Mean);
        return file.Write(path);
    }

    /// <exception cref="InvalidDataException">The file is malformed or does not have reduced word vectors.</exception>
    public static WordVectors Load(string path)
    {
        var file = SafeTensors.Read(path);
        var (matrix, mean) = (file.Get<float>("matrix"), file.Get<float>("mean"));
        if (file.Metadata.GetValueOrDefault("format") != Format || mean.Length == 0
            || file.Shape("matrix") is not [_, var dimensions] || dimensions != mean.Length
            || !int.TryParse(file.RequireMetadata("found"), CultureInfo.InvariantCulture, out var found))
            throw new InvalidDataException($"{path} does not hold reduced word vectors.");
        return new(
            file.RequireMetadata("name"), file.RequireMetadata("sourceSha256"), file.RequireMetadata("vocabularyHash"),
            mean.Length, matrix, mean, found, Coverage());

        VectorCoverage? Coverage() =>
            !file.Metadata.ContainsKey("typeCoverage") ? null : new(Share("typeCoverage"), Share("tokenCoverage"));

        double Share(string name) =>
            double.TryParse(file.RequireMetadata(name), CultureInfo.InvariantCulture, out var share)
                ? share : throw new InvalidDataException($"{path}: {name} is not a number.");
    }
}
