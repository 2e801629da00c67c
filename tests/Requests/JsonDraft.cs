using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PieService.Requests;

/// <summary>A JSON body and the places in it where any text can be put, even one that is not JSON.</summary>
public sealed class JsonDraft
{
    private readonly Dictionary<string, string> raw = [];
    private readonly JsonObject root;
    private readonly Contract contract;
    private readonly JsonNode schema;

    public JsonDraft(JsonObject root, JsonNode schema, Contract contract) =>
        (this.root, this.schema, this.contract) = (root, schema, contract);

    public JsonObject Root => root;

    /// <summary>Every field of the schema, whether the body has it or not.</summary>
    public IReadOnlyList<(JsonNode Parent, string Field, int Index, JsonNode Schema)> Places()
    {
        var places = new List<(JsonNode, string, int, JsonNode)>();
        Visit(root, schema);
        return places;

        void Visit(JsonNode? node, JsonNode of)
        {
            var resolved = contract.Resolve(of);
            if (node is JsonObject holder && resolved["properties"] is JsonObject fields)
            {
                foreach (var (name, field) in fields)
                {
                    places.Add((holder, name, -1, field!));
                    Visit(holder[name], field!);
                }
            }
            else if (node is JsonArray list && resolved["items"] is { } items)
            {
                for (var i = 0; i < list.Count; i++)
                {
                    places.Add((list, "", i, items));
                    Visit(list[i], items);
                }
            }
        }
    }

    /// <summary>Puts a text at a place; it need not be JSON.</summary>
    public void Put((JsonNode Parent, string Field, int Index, JsonNode Schema) place, string text)
    {
        var mark = $"#{raw.Count}#";
        raw[mark] = text;
        if (place.Parent is JsonArray list) list[place.Index] = mark;
        else place.Parent[place.Field] = mark;
    }

    public string Write()
    {
        var text = new StringBuilder();
        Write(root, text);
        return text.ToString();
    }

    private void Write(JsonNode? node, StringBuilder text)
    {
        switch (node)
        {
            case JsonObject holder:
                text.Append('{');
                var first = true;
                foreach (var (name, value) in holder)
                {
                    if (!first) text.Append(',');
                    first = false;
                    text.Append(JsonSerializer.Serialize(name)).Append(':');
                    Write(value, text);
                }
                text.Append('}');
                break;
            case JsonArray list:
                text.Append('[');
                for (var i = 0; i < list.Count; i++)
                {
                    if (i > 0) text.Append(',');
                    Write(list[i], text);
                }
                text.Append(']');
                break;
            case JsonValue value when value.TryGetValue<string>(out var mark) && raw.TryGetValue(mark, out var put):
                text.Append(put);
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }
}
