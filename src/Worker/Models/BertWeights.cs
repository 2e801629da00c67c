using PieService.Domain;
using PieService.Worker.Files;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>The pretrained values of a BERT, which its modules take one after the other.</summary>
public sealed class BertWeights
{
    public const string FileName = WeightFiles.Single;

    private const double Unit = 1.0 / (1L << 53);

    private readonly Dictionary<string, SafeTensors> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, float[]> drawn = new(StringComparer.Ordinal);
    private readonly BertTensors names;
    private readonly string source;

    /// <param name="source">The name of the file in messages.</param>
    /// <exception cref="UnusableModelException">The file has a tensor twice.</exception>
    public BertWeights(SafeTensors tensors, string source) : this([tensors], source)
    {
    }

    private BertWeights(IReadOnlyList<SafeTensors> tensors, string source)
    {
        this.source = source;
        names = new BertTensors(
            from file in tensors
            from name in file.Names
            select new StoredShape(name, file.Shape(name), file.Is<float>(name)), source);
        foreach (var file in tensors)
            foreach (var name in file.Names) files[name] = file;
    }

    /// <exception cref="UnusableModelException">A file is missing or malformed.</exception>
    public static BertWeights Load(string folder)
    {
        var tensors = WeightFiles.WithTensors(folder)
            .ToDictionary(file => file, file => Read(Path.Combine(folder, file)), StringComparer.Ordinal);
        WeightFiles.RequireAsIndexed(folder, tensors.ToDictionary(file => file.Key, file => file.Value.Names));
        return new([.. tensors.Values], SourceOf(folder));
    }

    /// <summary>The name of the weights in messages: that of the file, or of the index of several.</summary>
    internal static string SourceOf(string folder) =>
        ShownPath.Of(Path.Combine(folder, WeightFiles.NamesIn(folder)[0]));

    /// <summary>A file of weights that does not exist.</summary>
    internal static UnusableModelException Missing(string path) => new(
        Path.GetFileName(path) == FileName ? WeightFiles.WhyMissing(Path.GetDirectoryName(path)!)
            : $"{ShownPath.Of(path)}, which {WeightFiles.Index} names, is missing; get the file again.");

    /// <exception cref="UnusableModelException">The file is a pointer of Git LFS.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is empty or is not a regular file.</exception>
    internal static void RequireNoPointer(string path)
    {
        using var file = RegularFile.OpenRead(path);
        Span<byte> beginning = stackalloc byte[ForeignFormat.Beginning];
        var read = file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
        if (ForeignFormat.LfsPointer(beginning[..read]) is { } pointer)
            throw new UnusableModelException($"{ShownPath.Of(path)} {pointer}.");
    }

    /// <summary>
    /// Draws a pooler if the weights have none: its weight from a normal distribution of mean 0 and the config's
    /// standard deviation, its bias 0, as Hugging Face does. The numbers depend on the seed alone, and torch's
    /// generator is not used, so that all other draws of the run are the same as with a pooler.
    /// </summary>
    /// <param name="seed">The seed of the model's initial weights.</param>
    /// <remarks>Source: BertPreTrainedModel._init_weights; normal numbers by Box and Muller (1958).</remarks>
    public void DrawMissingPooler(BertConfig config, long seed)
    {
        if (names.HavePooler) return;
        var (random, weight) = (KeyedRandom.For(seed, "pooler"), new float[config.Width * config.Width]);
        for (var i = 0; i < weight.Length; i++)
        {
            // The first is in (0, 1], so that its logarithm is finite, and the second in [0, 1).
            var (first, second) = (Uniform(random) + Unit, Uniform(random));
            weight[i] = (float)(config.InitializerRange
                * Math.Sqrt(-2 * Math.Log(first)) * Math.Cos(2 * Math.PI * second));
        }
        drawn["pooler.dense.weight"] = weight;
        drawn["pooler.dense.bias"] = new float[config.Width];
    }

    /// <summary>
    /// Returns the values of a name, which must have this shape; if they do not, <see cref="RequireAllTaken"/> reports
    /// it.
    /// </summary>
    /// <exception cref="UnusableModelException">A value is not finite: the training would diverge, and its error
    /// message would wrongly name the learning rate.</exception>
    internal Parameter Take(string name, Device device, params long[] shape)
    {
        if (drawn.TryGetValue(name, out var values)) return nn.Parameter(tensor(values, shape, device: device));
        return names.Take(name, shape) is { } stored
            ? nn.Parameter(tensor(Finite(name, files[stored].Get<float>(stored)), shape, device: device))
            : nn.Parameter(zeros(1));               // never used in a computation
    }

    /// <exception cref="UnusableModelException">A requested tensor is missing, or the file has others.</exception>
    internal void RequireAllTaken() => names.RequireAllTaken();

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    private static double Uniform(KeyedRandom random) => (random.NextUInt64() >> 11) * Unit;

    private static SafeTensors Read(string path)
    {
        try
        {
            RequireNoPointer(path);
            return SafeTensors.Read(path);
        }
        catch (FileNotFoundException)
        {
            throw Missing(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw UnusableModelException.Unreadable(path, unreadable);
        }
        catch (InvalidDataException malformed)
        {
            throw new UnusableModelException(ShownPath.In(malformed.Message, path), malformed);
        }
    }

    private float[] Finite(string name, float[] values) => Array.TrueForAll(values, float.IsFinite) ? values
        : throw new UnusableModelException($"{source}: {name} holds NaN or an infinite value.");
}
