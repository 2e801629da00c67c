using System.Text.Json.Nodes;
using NJsonSchema;

namespace PieService.Requests;

/// <summary>
/// The OpenAPI document that the service serves. It is the only source for making requests and checking responses.
/// </summary>
public sealed class Contract
{
    private readonly JsonObject schemas;
    private readonly Dictionary<(string Operation, string Status, string MediaType), JsonSchema> bodies = [];

    private Contract(JsonObject document)
    {
        schemas = document["components"]!["schemas"]!.AsObject();
        Operations =
        [
            .. from path in document["paths"]!.AsObject()
               from operation in path.Value!.AsObject()
               select new Operation(
                   (string)operation.Value!["operationId"]!, operation.Key.ToUpperInvariant(), path.Key,
                   operation.Value.AsObject()),
        ];
    }

    public IReadOnlyList<Operation> Operations { get; }

    public static async Task<Contract> ReadAsync(JsonObject document)
    {
        var contract = new Contract(document);
        foreach (var operation in contract.Operations)
        {
            foreach (var (status, mediaType, schema) in operation.Answers)
            {
                if (mediaType is "application/json" or "application/problem+json" && schema is not null)
                    contract.bodies[(operation.Id, status, mediaType)] = await JsonSchema.FromJsonAsync(
                        AsJsonSchema(schema, contract.schemas).ToJsonString());
            }
        }
        return contract;
    }

    /// <summary>Follows the references of a schema to its definition.</summary>
    public JsonObject Resolve(JsonNode schema)
    {
        var found = schema.AsObject();
        while (true)
        {
            if ((string?)found["$ref"] is { } reference) found = schemas[reference.Split('/')[^1]]!.AsObject();
            else if (found["allOf"] is JsonArray { Count: 1 } only) found = only[0]!.AsObject();
            else return found;
        }
    }

    /// <summary>The violations of the documented schema by a JSON response; empty if there are none.</summary>
    public IReadOnlyList<string> Misfits(Operation operation, int status, string mediaType, string body)
    {
        if (!bodies.TryGetValue((operation.Id, $"{status}", mediaType), out var schema)) return [];
        try
        {
            return [.. schema.Validate(body).Select(misfit => $"{misfit.Path}: {misfit.Kind}")];
        }
        catch (Newtonsoft.Json.JsonException malformed)
        {
            return [$"not JSON: {malformed.Message}"];
        }
    }

    /// <summary>Translates a schema: OpenAPI 3.0 marks null, and places definitions, differently.</summary>
    private static JsonObject AsJsonSchema(JsonNode schema, JsonObject schemas)
    {
        var root = new JsonObject { ["allOf"] = new JsonArray(Translate(schema)), ["definitions"] = new JsonObject() };
        foreach (var (name, definition) in schemas) root["definitions"]![name] = Translate(definition!);
        return root;
    }

    private static JsonNode Translate(JsonNode schema)
    {
        if (schema is JsonArray list)
            return new JsonArray([.. list.Select(item => item is null ? null : Translate(item))]);
        if (schema is not JsonObject open) return schema.DeepClone();
        var translated = new JsonObject();
        foreach (var (key, value) in open)
        {
            if (key is "nullable" or "example" or "examples") continue;
            translated[key] = key switch
            {
                "$ref" => ((string)value!).Replace("#/components/schemas/", "#/definitions/", StringComparison.Ordinal),
                "properties" =>
                    new JsonObject(
                        value!.AsObject()
                            .Select(property =>
                                KeyValuePair.Create(property.Key, (JsonNode?)Translate(property.Value!)))),
                _ => Translate(value!),
            };
        }
        if (open["nullable"] is not JsonValue nullable || !(bool)nullable) return translated;
        return new JsonObject { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "null" }, translated) };
    }
}

/// <summary>An operation of the document.</summary>
public sealed record Operation(string Id, string Method, string Path, JsonObject Document)
{
    public IEnumerable<JsonObject> Parameters =>
        (Document["parameters"]?.AsArray() ?? []).Select(parameter => parameter!.AsObject());

    /// <summary>The request's body by media type; empty if it has no body.</summary>
    public JsonObject Bodies => Document["requestBody"]?["content"]?.AsObject() ?? [];

    public IEnumerable<(string Status, string MediaType, JsonNode? Schema)> Answers =>
        from answer in Document["responses"]!.AsObject()
        from content in (answer.Value!["content"]?.AsObject() ?? []).Concat(answer.Value["x-files"]?.AsObject() ?? [])
        select (answer.Key, content.Key, content.Value!["schema"]);

    public bool Documents(int status) => Document["responses"]![$"{status}"] is not null;
}
