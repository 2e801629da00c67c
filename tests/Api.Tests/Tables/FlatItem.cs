using System.Text.Json.Nodes;

namespace PieService.Api.Tests.Tables;

/// <summary>An item of a JSON list, flattened by the rule of docs/formats.md.</summary>
internal static class FlatItem
{
    public static IEnumerable<(string Column, JsonNode? Value)> Of(JsonNode item, IReadOnlyList<string> labels) =>
        Of("", item, labels);

    private static IEnumerable<(string Column, JsonNode? Value)> Of(
        string name, JsonNode? value, IReadOnlyList<string> labels) => value switch
        {
            JsonObject fields =>
                fields.SelectMany(
                    field => Of(name.Length == 0 ? field.Key : $"{name}_{field.Key}", field.Value, labels)),
            JsonArray list => name.Split('_')[^1] switch
            {
                "labels" => [(name[..^1], Assert.Single(list))],
                "predicted" => [(name, Assert.Single(list))],
                "scores" => labels.Zip(list, (label, score) => ($"{name}_{label}", score)),
                _ => [(name, JsonValue.Create(Domain.Json.Write(list)))],
            },
            _ => [(name, value)],
        };
}
