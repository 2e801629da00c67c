using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PieService.Domain.Datasets;

/// <summary>One column, or several: in JSON a string, or a list of strings.</summary>
[JsonConverter(typeof(Converter)), JsonShape("must be a string or a list of strings")]
public sealed class ColumnList : IReadOnlyList<string>
{
    private readonly string[] names;

    private ColumnList(string[] names, bool isList) => (this.names, IsList) = (names, isList);

    public static ColumnList Of(params string[] names) => new(names, isList: true);

    /// <summary>Whether it was given as a list, even of one column.</summary>
    public bool IsList { get; }
    public int Count => names.Length;
    public string this[int index] => names[index];

    public IEnumerator<string> GetEnumerator() => names.AsEnumerable().GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    [return: NotNullIfNotNull(nameof(name))]
    public static implicit operator ColumnList?(string? name) => name is null ? null : new([name], isList: false);

    private sealed class Converter : JsonConverter<ColumnList>
    {
        public override ColumnList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String) return reader.GetString()!;
            if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException();
            var names = new List<string>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                names.Add(reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException());
            return Of([.. names]);
        }

        public override void Write(Utf8JsonWriter writer, ColumnList value, JsonSerializerOptions options)
        {
            if (!value.IsList)
            {
                writer.WriteStringValue(value[0]);
                return;
            }
            writer.WriteStartArray();
            foreach (var name in value) writer.WriteStringValue(name);
            writer.WriteEndArray();
        }
    }
}
