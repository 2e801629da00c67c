using System.Text.Json;
using System.Text.Json.Serialization;
using PieService.Domain.Datasets.Labelling;

namespace PieService.Domain.Datasets;

/// <summary>
/// The names of the labels that a file has as codes: in JSON an object from each code to its name, or a list of names,
/// whose codes are 0, 1, 2, …. The labels are in this order; codes of an object are in the order of their numbers if
/// all are whole numbers.
/// </summary>
[JsonConverter(typeof(Converter))]
[JsonShape("must be an object such as { \"0\": \"negative\", \"1\": \"positive\" }, or a list of names")]
public sealed class LabelNames
{
    private readonly bool isList;
    private readonly Dictionary<string, string> byCode;

    private LabelNames(IReadOnlyList<KeyValuePair<string, string>> names, bool isList)
    {
        this.isList = isList;
        byCode = new(names, StringComparer.Ordinal);
        Codes = LabelOrder.ByNumber([.. names.Select(name => name.Key)]);
    }

    /// <summary>In the order of the labels.</summary>
    public IReadOnlyList<string> Codes { get; }

    public IReadOnlyList<string> Names => [.. Codes.Select(code => byCode[code])];

    public static LabelNames OfList(params IReadOnlyList<string> names) =>
        new([.. names.Select((name, code) => KeyValuePair.Create($"{code}", name))], isList: true);

    public static LabelNames OfCodes(IEnumerable<KeyValuePair<string, string>> names) => new([.. names], isList: false);

    /// <summary>The name of a code; null if it has none.</summary>
    public string? NameOf(string code) => byCode.GetValueOrDefault(code);

    /// <summary>The path of a code's name in the definition, for messages.</summary>
    internal string Field(string code) => isList ? $"labelNames[{code}]" : $"labelNames.{code}";

    private sealed class Converter : JsonConverter<LabelNames>
    {
        public override LabelNames Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var isList = reader.TokenType == JsonTokenType.StartArray;
            if (!isList && reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
            var names = new List<KeyValuePair<string, string>>();
            var codes = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
            {
                var code = $"{names.Count}";
                if (!isList)
                {
                    code = reader.GetString()!;
                    reader.Read();
                }
                if (reader.TokenType != JsonTokenType.String || !codes.Add(code)) throw new JsonException();
                names.Add(KeyValuePair.Create(code, reader.GetString()!));
            }
            return new LabelNames(names, isList);
        }

        public override void Write(Utf8JsonWriter writer, LabelNames value, JsonSerializerOptions options)
        {
            if (value.isList) JsonSerializer.Serialize(writer, value.Names, options);
            else JsonSerializer.Serialize(writer, value.byCode, options);
        }
    }
}
