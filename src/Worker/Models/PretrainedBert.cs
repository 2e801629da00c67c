using PieService.Worker.Files;
using PieService.Worker.Text;

namespace PieService.Worker.Models;

/// <summary>
/// A checkpoint's folder with its content, except for the weights, which are read when the model is made.
/// </summary>
/// <param name="Sha256">The hash of all files that decide a training; <see cref="FileHashes"/> defines it.</param>
public sealed record PretrainedBert(string Folder, string Sha256, BertConfig Config, WordPiece Tokens)
{
    /// <summary>
    /// The files that a folder may have and that the worker reads, beside the shards of weights, in alphabetical order.
    /// </summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. WordPiece.Files.Concat([BertConfig.FileName, WeightFiles.Single, WeightFiles.Index])
            .Order(StringComparer.Ordinal)];

    /// <summary>Whether a folder without this one of <see cref="Files"/> is still a checkpoint.</summary>
    public static bool MayBeMissing(string file) =>
        file is not (BertConfig.FileName or WeightFiles.Single or WordPiece.VocabularyFile);

    /// <summary>The names of the files of a folder that decide a training, in ordinal order.</summary>
    public static IReadOnlyList<string> FilesIn(string folder) =>
    [
        .. Files.Where(name => name is not (WeightFiles.Single or WeightFiles.Index))
            .Concat(WeightFiles.NamesIn(folder)).Where(name => File.Exists(Path.Combine(folder, name)))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>
    /// The checkpoint's JSON files, unchanged, by name; their content is stored with a kept model, so it does not
    /// depend on the folder.
    /// </summary>
    public required IReadOnlyList<(string Name, string Text)> Settings { get; init; }

    /// <exception cref="UnusableModelException">A file is missing, malformed, or does not fit the others.</exception>
    public static PretrainedBert Read(string folder, CancellationToken cancellation = default)
    {
        var (sha256, config) = (HashOf(folder, cancellation), BertConfig.Read(folder));
        return new(folder, sha256, config, WordPiece.Load(folder, config.VocabularySize))
        {
            Settings =
            [
                .. from name in WordPiece.Files.Append(BertConfig.FileName).Order(StringComparer.Ordinal)
                   where name != WordPiece.VocabularyFile
                   let path = Path.Combine(folder, name)
                   where File.Exists(path)
                   select (name, File.ReadAllText(path)),
            ],
        };
    }

    /// <exception cref="UnusableModelException">A file cannot be read.</exception>
    public static string HashOf(string folder, CancellationToken cancellation = default) =>
        FileHashes.Of(folder, FilesIn(folder), cancellation);

    /// <summary>
    /// Checks that the weights are complete and have the right shapes. Their values are not read, and nothing is
    /// computed.
    /// </summary>
    /// <exception cref="UnusableModelException">The weights are not valid, or cannot be read now; the message gives the
    /// reason.</exception>
    public void RequireWeights()
    {
        var tensors = Tensors();
        var shapes = Shapes(Config);
        if (!tensors.HavePooler) shapes = shapes.Where(tensor => !BertTensors.IsOfPooler(tensor.Name));
        foreach (var (name, shape) in shapes) tensors.Take(name, shape);
        tensors.RequireAllTaken();
    }

    /// <summary>
    /// Whether the weights have a pooler. Those of a model for masked words have none; each run then draws one.
    /// </summary>
    /// <exception cref="UnusableModelException">The weights are not valid, or cannot be read now.</exception>
    public bool HasPooler => Tensors().HavePooler;

    /// <summary>
    /// Every tensor of the encoder and the pooler with its shape, by the names of the Hugging Face encoder.
    /// </summary>
    internal static IEnumerable<(string Name, long[] Shape)> Shapes(BertConfig config)
    {
        long width = config.Width, inner = config.InnerWidth;
        yield return ("embeddings.word_embeddings.weight", [config.VocabularySize, width]);
        yield return ("embeddings.position_embeddings.weight", [config.MaxPositions, width]);
        yield return ("embeddings.token_type_embeddings.weight", [config.TokenTypes, width]);
        foreach (var tensor in Pair("embeddings.LayerNorm", width)) yield return tensor;
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var at = $"encoder.layer.{layer}";
            (string, long[])[] tensors =
            [
                .. Pair($"{at}.attention.self.query", width, width), .. Pair($"{at}.attention.self.key", width, width),
                .. Pair($"{at}.attention.self.value", width, width),
                .. Pair($"{at}.attention.output.dense", width, width),
                .. Pair($"{at}.attention.output.LayerNorm", width), .. Pair($"{at}.intermediate.dense", inner, width),
                .. Pair($"{at}.output.dense", width, inner), .. Pair($"{at}.output.LayerNorm", width),
            ];
            foreach (var tensor in tensors) yield return tensor;
        }
        foreach (var tensor in Pair("pooler.dense", width, width)) yield return tensor;

        static IEnumerable<(string, long[])> Pair(string name, params long[] shape) =>
            [($"{name}.weight", shape), ($"{name}.bias", [shape[0]])];
    }

    private BertTensors Tensors()
    {
        var files = WeightFiles.WithTensors(Folder)
            .ToDictionary(file => file, file => HeaderOf(Path.Combine(Folder, file)).Tensors);
        WeightFiles.RequireAsIndexed(
            Folder,
            files.ToDictionary(
                file => file.Key,
                IReadOnlyCollection<string> (file) => [.. file.Value.Select(tensor => tensor.Name)]));
        return new BertTensors(
            files.Values.SelectMany(tensors => tensors).Select(tensor =>
                new StoredShape(tensor.Name, tensor.Shape, tensor.Type.Name is "F32" or "F16" or "BF16")),
            BertWeights.SourceOf(Folder));
    }

    private static SafeTensorsHeader HeaderOf(string path)
    {
        try
        {
            BertWeights.RequireNoPointer(path);
            using var file = RegularFile.OpenRead(path);
            return SafeTensorsHeader.Read(file);
        }
        catch (FileNotFoundException)
        {
            throw BertWeights.Missing(path);
        }
        catch (Exception malformed) when (malformed is InvalidDataException or EndOfStreamException)
        {
            throw new UnusableModelException(
                $"{ShownPath.Of(path)} is not a valid safetensors file: {malformed.Message}", malformed);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw UnusableModelException.Unreadable(path, unreadable);
        }
    }
}
