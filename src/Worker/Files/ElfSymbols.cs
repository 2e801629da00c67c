using System.Buffers.Binary;
using System.Text;

namespace PieService.Worker.Files;

/// <summary>
/// The dynamic symbols of a shared library for 64-bit Linux (ELF, System V gABI). It reads the tables of symbols only:
/// the libraries of tensors have hundreds of megabytes of code.
/// </summary>
/// <param name="Defined">The names that the library has for others.</param>
/// <param name="Needed">
/// The names that another library must have, without those that name a version (of the libraries of the system) and
/// those that may be missing (weak symbols).
/// </param>
internal sealed record ElfSymbols(IReadOnlySet<string> Defined, IReadOnlySet<string> Needed)
{
    private const int HeaderSize = 64, SectionSize = 64, SymbolSize = 24;
    private const uint DynamicSymbols = 11, Versions = 0x6fffffff;
    private const int Global = 1, Weak = 2, Unversioned = 1, HiddenBit = 0x8000;

    /// <exception cref="InvalidDataException">The file is not a shared library for 64-bit Linux.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ElfSymbols Read(string path)
    {
        using var file = File.OpenHandle(path);
        var header = Part(file, 0, HeaderSize, path);
        if (!header.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException($"{path} is not a library for 64-bit Linux.");
        var table = Part(
            file, U64(header, 0x28), BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(0x3C)) * SectionSize, path);
        var sections = Enumerable.Range(0, table.Length / SectionSize).Select(i => table[(i * SectionSize)..]).ToList();
        if (sections.Find(section => U32(section, 4) == DynamicSymbols) is not { } dynamic)
            throw new InvalidDataException($"{path} has no dynamic symbols.");
        var symbols = Content(file, dynamic, path);
        var names = Content(file, sections[(int)U32(dynamic, 0x28)], path);
        var versions = sections.Find(section => U32(section, 4) == Versions) is { } found
            ? Content(file, found, path) : [];

        var defined = new HashSet<string>(StringComparer.Ordinal);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 1; i < symbols.Length / SymbolSize; i++)
        {
            var symbol = symbols.AsSpan(i * SymbolSize, SymbolSize);
            var (binding, section) = (symbol[4] >> 4, BinaryPrimitives.ReadUInt16LittleEndian(symbol[6..]));
            if (binding is not (Global or Weak)) continue;
            if (section != 0) defined.Add(Name(names, symbol));
            else if (binding == Global && VersionOf(versions, i) <= Unversioned) needed.Add(Name(names, symbol));
        }
        return new(defined, needed);
    }

    private static int VersionOf(byte[] versions, int symbol) => versions.Length == 0 ? Unversioned
        : BinaryPrimitives.ReadUInt16LittleEndian(versions.AsSpan(2 * symbol)) & ~HiddenBit;

    private static string Name(byte[] names, ReadOnlySpan<byte> symbol)
    {
        var rest = names.AsSpan((int)BinaryPrimitives.ReadUInt32LittleEndian(symbol));
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    private static byte[] Content(Microsoft.Win32.SafeHandles.SafeFileHandle file, byte[] section, string path) =>
        Part(file, U64(section, 0x18), checked((int)U64(section, 0x20)), path);

    private static byte[] Part(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, int length, string path)
    {
        var bytes = new byte[length];
        for (var read = 0; read < length;)
        {
            var count = RandomAccess.Read(file, bytes.AsSpan(read), offset + read);
            if (count == 0) throw new InvalidDataException($"{path} is cut off.");
            read += count;
        }
        return bytes;
    }

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static long U64(byte[] bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
}
