using System.Text;
using System.Text.Json;
using PieService.Domain.Files;
using PieService.Domain.Files.Archives;

namespace PieService.Domain.Bundles;

/// <summary>
/// The files of a bundle that was uploaded. One reading of it unpacks a limited number of bytes; a second reading needs
/// a second object.
/// </summary>
/// <param name="limits">The limits of the texts; see also <see cref="ArchiveLimits.UnpackedBytes"/>.</param>
internal sealed class BundleFile(SourceFile source, ReadLimits limits) : IDisposable
{
    /// <summary>A line about a comparison has all of its classes, and one about a run all of its epochs.</summary>
    private const int LineCharacters = 16 * 1024 * 1024;

    private readonly ZipFile zip = new(source, limits);

    public IReadOnlyList<string> Names => [.. zip.Names];

    public long LengthOf(string name) => zip.LengthOf(Required(name));

    /// <summary>The bytes of a file. Several files may be read in turns.</summary>
    public Stream Open(string name) => zip.Open(Required(name));

    /// <summary>The value of a file that has one.</summary>
    public T Read<T>(string name)
    {
        var values = Lines<T>(name).Take(2).ToList();
        return values is [var value] ? value : throw Error(name, "must have one line, with a JSON object");
    }

    /// <summary>The value of each line.</summary>
    /// <param name="allowsNull">Whether a line, and an element of a list, may be null.</param>
    public IEnumerable<T> Lines<T>(string name, bool allowsNull = false)
    {
        var unlimited = limits with { RecordCharacters = LineCharacters, Records = int.MaxValue };
        var file = new SourceFile(ArchiveLimits.Name(source, name), source.Path);
        using var text = new SourceText(
            file, TextEncoding.Utf8, unlimited, new SourceBytes(Open(name), limits.OfFile));
        foreach (var line in SourceLine.Of(text))
            yield return Parse<T>(name, line, allowsNull);
    }

    /// <param name="column">The place in the line; null if the error is in the whole line.</param>
    public UnreadableFileException Error(string name, string message, long? line = null, string? column = null) =>
        new(ArchiveLimits.Name(source, name), line, column, message);

    public void Dispose() => zip.Dispose();

    private string Required(string name) => zip.Names.Contains(name)
        ? name : throw new UnreadableFileException(source.Name, null, null, $"has no file {name}");

    private T Parse<T>(string name, SourceLine line, bool allowsNull)
    {
        var utf8 = Encoding.UTF8.GetBytes(line.Text);
        try
        {
            if (FaultOf(utf8, allowsNull) is { } fault) throw Error(name, fault, line.Number);
            var value = JsonSerializer.Deserialize<T>(utf8, Json.Options);
            return value is not null || allowsNull ? value! : throw Error(name, "must not be null", line.Number);
        }
        catch (JsonException malformed)
        {
            throw Error(
                name, "is not JSON, or has a missing, unknown or invalid value here", line.Number, malformed.Path);
        }
        catch (InvalidOperationException)
        {
            throw Error(
                name, "escapes half of a surrogate pair (such as \\ud800), which is not a character", line.Number);
        }
    }

    /// <summary>What PostgreSQL cannot store, and what the type of a list cannot exclude.</summary>
    private static string? FaultOf(ReadOnlySpan<byte> utf8, bool allowsNull)
    {
        var reader = new Utf8JsonReader(utf8);
        var lists = new Stack<bool>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    lists.Push(reader.TokenType == JsonTokenType.StartArray);
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    lists.Pop();
                    break;
                case JsonTokenType.Null when !allowsNull && lists.TryPeek(out var isList) && isList:
                    return "has a list with null as an element";
                case JsonTokenType.String or JsonTokenType.PropertyName
                    when reader.ValueIsEscaped && reader.GetString()!.Contains('\0'):
                    return "has a NUL character, which a text must not contain";
            }
        }
        return null;
    }
}
