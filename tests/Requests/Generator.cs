using System.Text.Json.Nodes;

namespace PieService.Requests;

/// <summary>
/// Makes requests from the document alone. The request of an index depends on the seed and the harvest only.
/// </summary>
public sealed class Generator(Contract contract, Harvest harvest, Uri server, int seed)
{
    private readonly Values values = new(contract, harvest);

    /// <summary>The operations, repeated by the number of their possible faults.</summary>
    private readonly List<Operation> draws =
        [.. contract.Operations.SelectMany(
            operation =>
                Enumerable.Repeat(operation, 1 + operation.Parameters.Count() / 2 + 4 * operation.Bodies.Count))];

    public Draft Make(int index)
    {
        var chance = new Random(unchecked(seed * 1_000_003 + index));
        var operation = Values.Pick(draws, chance);
        var draft = new Draft(operation);
        draft.Headers.Add(("Host", $"{server.Host}:{server.Port}"));
        FillParameters(draft, chance);
        var mediaType = operation.Bodies.Count == 0
            ? null : Values.Pick([.. operation.Bodies.Select(body => body.Key)], chance);
        var wrongs = Values.Pick([0, 0, 1, 1, 1, 1, 2, 2, 3], chance);
        // If there is a body, most of the faults are in it.
        var inBody = mediaType is null ? 0 : Enumerable.Range(0, wrongs).Count(_ => chance.Next(3) > 0);
        if (mediaType == "multipart/form-data") FillForm(draft, inBody, chance);
        else if (mediaType?.EndsWith("json", StringComparison.Ordinal) == true)
            FillJson(draft, mediaType, inBody, chance);
        else if (mediaType is not null) FillText(draft, mediaType, inBody, chance);
        for (var i = inBody; i < wrongs; i++)
        {
            var wrong = Values.Pick(chance.Next(10) == 0 ? Mischief.Broken : Mischief.Odd, chance);
            draft.Story.Add(wrong.Name);
            wrong.Do(draft, values, chance);
        }
        return draft;
    }

    private void FillParameters(Draft draft, Random chance)
    {
        foreach (var parameter in draft.Operation.Parameters)
        {
            var (name, schema) = ((string)parameter["name"]!, parameter["schema"]!);
            switch ((string)parameter["in"]!)
            {
                case "path":
                    draft.Path = draft.Path.Replace(
                        $"{{{name}}}", Id(draft.Operation, name, schema, chance), StringComparison.Ordinal);
                    break;
                case "query" when chance.Next(4) == 0 || IsRequired(parameter):
                    draft.Query.Add((name, Values.InUrl(values.Good(schema, name, draft.Operation, chance), chance)));
                    break;
                case "header" when chance.Next(4) == 0 || IsRequired(parameter):
                    draft.Headers.Add((name, values.Good(schema, name, draft.Operation, chance).Trim('"')));
                    break;
            }
        }
    }

    /// <summary>The id of any resource for reading; of a spare one for changes.</summary>
    private string Id(Operation operation, string name, JsonNode schema, Random chance)
    {
        var noun = Harvest.Noun(operation, name);
        var isSpare = operation.Method != "GET" || chance.Next(5) == 0;
        return isSpare && harvest.Spares.TryGetValue(noun, out var spares)
            ? spares[chance.Next(operation.Method == "DELETE" ? spares.Count / 2 : spares.Count)]
                : operation.Method == "DELETE" ? "01a20bbb-244d-77ce-9b22-24bf780e721b"
                : values.Good(schema, name, operation, chance).Trim('"');
    }

    private void FillJson(Draft draft, string mediaType, int wrongs, Random chance)
    {
        draft.Headers.Add(("Content-Type", mediaType));
        var body = draft.Operation.Bodies[mediaType]!;
        draft.Body = Json(draft, body["schema"]!, body["example"], wrongs, chance);
    }

    /// <summary>
    /// The example of a body that is not JSON, and then a number of faults. A zip archive has no example, so it is cut
    /// after its first bytes.
    /// </summary>
    private static void FillText(Draft draft, string mediaType, int wrongs, Random chance)
    {
        draft.Headers.Add(("Content-Type", mediaType));
        var text = (string?)draft.Operation.Bodies[mediaType]!["example"] ?? "PK\u0003\u0004";
        for (var i = 0; i < wrongs; i++) text = text.Length == 0 ? text : Spoil(draft, text, chance);
        draft.Body = text;
    }

    /// <summary>The example with ids that exist, and then with a number of faults.</summary>
    private string Json(Draft draft, JsonNode schema, JsonNode? example, int wrongs, Random chance)
    {
        var json = new JsonDraft(example?.DeepClone() as JsonObject ?? [], schema, contract);
        foreach (var place in json.Places())
        {
            if (place.Parent is JsonObject holder && (holder.ContainsKey(place.Field) || example is null)
                && (string?)contract.Resolve(place.Schema)["format"] == "uuid")
                json.Put(place, values.Good(place.Schema, place.Field, draft.Operation, chance));
        }
        for (var i = 0; i < wrongs; i++)
        {
            var place = Values.Pick(json.Places(), chance);
            var what = place.Field.Length > 0 ? place.Field : "[]";
            switch (chance.Next(8))
            {
                case 0 when place.Parent is JsonObject holder:
                    draft.Story.Add($"no {what}");
                    holder.Remove(place.Field);
                    break;
                case 1 when place.Parent is JsonObject holder:
                    draft.Story.Add("an unknown field");
                    holder[Values.Pick(
                        ["colour", "Name", "NAME", "__proto__", "$ref", "$type", "", "a.b", "a[0]", "a'b", "\u0000",
                            new string('n', 5000)], chance)] = 1;
                    break;
                case 2 when place.Parent is JsonObject holder && holder.ContainsKey(place.Field):
                    draft.Story.Add($"{what} twice");
                    json.Put(place, $"1,\"{place.Field}\":1");
                    break;
                default:
                    draft.Story.Add($"a bad {what}");
                    json.Put(place, values.Bad(place.Schema, chance));
                    break;
            }
        }
        var text = json.Write();
        return chance.Next(wrongs == 0 ? 1000 : 12) != 0 ? text : Spoil(draft, text, chance);
    }

    private static string Spoil(Draft draft, string text, Random chance)
    {
        draft.Story.Add("a corrupted body");
        return chance.Next(9) switch
        {
            0 => text[..chance.Next(text.Length)],
            1 => "\uFEFF" + text,
            2 => string.Concat(text.Select(c => c + "\0")),
            3 => text + text,
            4 => $"[{text}]",
            5 => "",
            6 => $"\"{text.Length}\"",
            7 => new string(' ', 1_100_000) + text,
            _ => text.Insert(chance.Next(text.Length), Bytes.Raw((byte)chance.Next(256))),
        };
    }

    private void FillForm(Draft draft, int wrongs, Random chance)
    {
        var schema = draft.Operation.Bodies["multipart/form-data"]!["schema"]!;
        var inFiles = Enumerable.Range(0, wrongs).Count(_ => chance.Next(2) == 0);
        var form = new FormDraft();
        var files = new List<string>();
        JsonNode? definition = null;
        foreach (var (name, part) in schema["properties"]!.AsObject())
        {
            if ((string?)part!["format"] == "binary")
            {
                files.Add(name);
                continue;
            }
            definition = part["example"] ?? part["examples"]?[0];
            if (definition is JsonObject example && chance.Next(3) == 0 && example.ContainsKey("split"))
            {
                definition = example.DeepClone();
                definition.AsObject().Remove("split");
            }
            form.Add(name, null, "application/json", Json(draft, part, definition, wrongs - inFiles, chance));
        }
        foreach (var name in FilesOf(definition, files))
            form.Add(name, $"{name}.csv", "text/csv", FormDraft.File(definition, chance));
        for (var i = 0; i < inFiles; i++) draft.Story.Add(form.Spoil(definition, chance));
        form.WriteTo(draft);
    }

    /// <summary>
    /// The files that a definition of predictions names; of a dataset one file that the service splits, or one for each
    /// split.
    /// </summary>
    private static IEnumerable<string> FilesOf(JsonNode? definition, List<string> files)
    {
        if (definition?["files"] is JsonArray named) return named.Select(file => (string)file!["part"]!);
        var isDivided = definition?["split"] is not null;
        return files.Where(name => isDivided ? name == "file" : name is "train" or "validation" or "test");
    }

    private static bool IsRequired(JsonObject parameter) =>
        parameter["required"] is JsonValue required && (bool)required;
}
