using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace PieService.Golden;

/// <summary>
/// The reference values of the published code, in the folder of PIE_GOLDEN. Tests enumerate its files, so they can also
/// test another folder of the same layout. If there is no folder, they are skipped with the reason.
/// </summary>
internal static class GoldenFolder
{
    private const string Setting = "PIE_GOLDEN";

    /// <summary>
    /// The only case of a theory if there are no files: <see cref="Path"/> then skips the test.
    /// </summary>
    private const string Absent = "absent";

    private static readonly string Root = Environment.GetEnvironmentVariable(Setting) is { Length: > 0 } given
        ? given
        : System.IO.Path.Combine(RepositoryRoot(), "..", "shared", "golden");

    /// <summary>
    /// All cases that match a pattern such as "training/bilstm-single-*": paths in the folder without extension.
    /// </summary>
    public static TheoryData<string> Cases(string pattern)
    {
        var (folder, name) = (System.IO.Path.GetDirectoryName(pattern)!, System.IO.Path.GetFileName(pattern));
        var files = Directory.Exists(System.IO.Path.Combine(Root, folder))
            ? Directory.GetFiles(System.IO.Path.Combine(Root, folder), name + ".json").Order(StringComparer.Ordinal)
                .Select(file => System.IO.Path.Combine(folder, System.IO.Path.GetFileNameWithoutExtension(file)))
            : [];
        return [.. files.DefaultIfEmpty(System.IO.Path.Combine(folder, Absent))];
    }

    /// <summary>The full path of a file; the calling test is skipped if it does not exist.</summary>
    public static string Path(string file)
    {
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine(Root, file));
        Assert.SkipUnless(
            File.Exists(path), $"There are no golden values at {path}; set {Setting} to their folder.");
        return path;
    }

    public static JsonElement Json(string file) => JsonDocument.Parse(File.ReadAllBytes(Path(file))).RootElement;

    public static GoldenTensors Tensors(string file) => GoldenTensors.Read(Path(file));

    internal static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "PieService.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}

/// <summary>
/// A safetensors file, read without the product's own reader: 8 bytes header length, JSON header, raw values.
/// </summary>
internal sealed class GoldenTensors
{
    private readonly byte[] content;
    private readonly long dataStart;
    private readonly JsonElement header;

    private GoldenTensors(byte[] content)
    {
        this.content = content;
        dataStart = 8 + BinaryPrimitives.ReadInt64LittleEndian(content);
        header = JsonDocument.Parse(content.AsMemory(8, (int)dataStart - 8)).RootElement;
    }

    public static GoldenTensors Read(string path) => new(File.ReadAllBytes(path));

    public IEnumerable<string> Names =>
        header.EnumerateObject().Select(entry => entry.Name).Where(name => name != "__metadata__");

    public bool Has(string name) => header.TryGetProperty(name, out _);

    public int[] Shape(string name) =>
        [.. header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(side => side.GetInt32())];

    /// <summary>The values of a tensor, row-major.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="InvalidDataException">Its values have another type.</exception>
    public T[] Get<T>(string name) where T : unmanaged
    {
        var entry = header.GetProperty(name);
        var type = entry.GetProperty("dtype").GetString();
        if (type != TypeName<T>()) throw new InvalidDataException($"{name} is {type}, not {TypeName<T>()}.");
        var offsets = entry.GetProperty("data_offsets");
        var (begin, end) = (dataStart + offsets[0].GetInt64(), dataStart + offsets[1].GetInt64());
        return MemoryMarshal.Cast<byte, T>(content.AsSpan((int)begin, (int)(end - begin))).ToArray();
    }

    private static string TypeName<T>() => typeof(T) == typeof(float) ? "F32" : typeof(T) == typeof(double) ? "F64"
        : typeof(T) == typeof(int) ? "I32" : typeof(T) == typeof(long) ? "I64" : typeof(T) == typeof(byte) ? "U8"
        : throw new NotSupportedException($"Golden values never have the type {typeof(T).Name}.");
}
