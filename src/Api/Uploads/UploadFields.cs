using System.Text;
using PieService.Api.Idempotency;

namespace PieService.Api.Uploads;

/// <summary>
/// The fields of an upload that a form of a page sends, from which its definition is made. The page adds this object to
/// the features of its request; without it an upload has a part with the definition.
/// </summary>
/// <param name="definition">Makes the definition, as JSON, of the fields.</param>
public sealed class UploadFields(Func<IReadOnlyDictionary<string, IReadOnlyList<string>>, byte[]> definition)
{
    /// <summary>The largest number of fields of a form.</summary>
    public const int Most = 100;

    private const int MostBytes = 1024 * 1024;

    /// <summary>The field with the identity of the form.</summary>
    public const string KeyField = "formKey";

    private readonly Dictionary<string, IReadOnlyList<string>> values = [];
    private int bytes;

    /// <summary>The values of each field, in the order of the form.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Values => values;

    /// <summary>Whether files were chosen in the form.</summary>
    public bool HadFiles { get; set; }

    /// <exception cref="BadHttpRequestException">The fields are too long.</exception>
    public void Add(string name, byte[] value)
    {
        bytes += value.Length;
        if (bytes > MostBytes)
            throw new BadHttpRequestException(
                $"The fields have more than {MostBytes} bytes.", StatusCodes.Status413PayloadTooLarge);
        // PostgreSQL cannot store the NUL character in text.
        var text = Encoding.UTF8.GetString(value).Replace("\0", "", StringComparison.Ordinal);
        values[name] = [.. values.GetValueOrDefault(name) ?? [], text];
    }

    public byte[] Definition() => definition(values);

    /// <param name="identity">What the form and its files ask for.</param>
    public void SetKey(HttpRequest request, byte[] identity) =>
        IdempotencyKey.SetOfForm(request, values.GetValueOrDefault(KeyField)?[0], identity);
}
