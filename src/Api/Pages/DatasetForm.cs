using System.Text.Json;
using System.Text.Json.Nodes;

namespace PieService.Api.Pages;

/// <summary>The form of the import of a dataset as the JSON of its definition. The fields have the names of the
/// API.</summary>
public static class DatasetForm
{
    private static readonly string[] Texts =
    [
        "name", "task", "format", "columns.secondText", "columns.label", "columns.id", "columns.split", "encoding",
    ];

    private static readonly string[] Numbers = ["split.test", "split.validation", "split.seed", "minimumDocuments"];

    public static byte[] ToJson(IReadOnlyDictionary<string, IReadOnlyList<string>> values) =>
        JsonSerializer.SerializeToUtf8Bytes(ToJson(new FormEntries(values, [])));

    private static JsonObject ToJson(FormEntries form)
    {
        var definition = new JsonObject();
        foreach (var name in Texts) definition.Put(name, FormJson.Text(form[name]));
        foreach (var name in Numbers) definition.Put(name, FormJson.Number(form[name]));
        definition.Put("columns.text", Columns(form["columns.text"]));
        definition.Put("columns.labels", Columns(form["columns.labels"]));
        definition.Put("columns.attributes", AsList(form["columns.attributes"]));
        definition.Put("dropLabels", AsList(form["dropLabels"]));
        definition.Put("labelNames", NamesOf(form["labelNames"]));
        // A separator and a delimiter may be spaces.
        if (form["labelSeparator"] is { } separator) definition["labelSeparator"] = separator;
        if (form["delimiter"] is { } delimiter) definition["delimiter"] = delimiter == "tab" ? "\t" : delimiter;
        if (form["header"] == "false") definition["header"] = false;
        return definition;
    }

    /// <summary>A column, or a list of columns with commas between them.</summary>
    private static JsonNode? Columns(string? text) =>
        text is null || !text.Contains(',', StringComparison.Ordinal) ? FormJson.Text(text) : AsList(text);

    private static JsonArray? AsList(string? text) =>
        text is null ? null : FormJson.List(text.Split(',', FormJson.Trimmed), FormJson.Text);

    /// <summary>Lines with a code and its name: 0 = negative.</summary>
    private static JsonObject? NamesOf(string? lines)
    {
        if (lines is null) return null;
        var names = new JsonObject();
        foreach (var line in lines.Split('\n', FormJson.Trimmed))
        {
            var parts = line.Split('=', 2, StringSplitOptions.TrimEntries);
            names[parts[0]] = parts.Length == 2 ? parts[1] : "";
        }
        return names;
    }
}
