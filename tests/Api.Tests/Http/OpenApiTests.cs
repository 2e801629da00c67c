using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using PieService.Domain;
using PieService.Domain.Sweeps;

namespace PieService.Api.Tests.Http;

public sealed class OpenApiTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Every_operation_has_an_id_a_summary_a_description_and_an_example_of_each_answer()
    {
        foreach (var (id, operation) in await OperationsAsync())
        {
            Assert.False(string.IsNullOrEmpty(id));
            Assert.False(string.IsNullOrEmpty((string?)operation["summary"]), $"{id} has no summary");
            Assert.False(string.IsNullOrEmpty((string?)operation["description"]), $"{id} has no description");
            Assert.All(
                from response in operation["responses"]!.AsObject()
                from content in response.Value!["content"]?.AsObject() ?? []
                where (string?)content.Value!["schema"]?["format"] != "binary" // binary content has no example
                select (response.Key, content.Value),
                answer => Assert.True(answer.Value!["example"] is not null, $"{id} {answer.Key} has no example"));
        }
    }

    [Fact]
    public async Task Every_tag_parameter_field_and_part_of_a_form_has_a_description()
    {
        var document = await DocumentAsync();
        var operations = await OperationsAsync();

        var bare = (from tag in document["tags"]!.AsArray()
                    where IsBare(tag)
                    select $"tag {tag["name"]}")
            .Concat(from operation in operations
                    from parameter in operation.Operation["parameters"]?.AsArray() ?? []
                    where IsBare(parameter)
                    select $"{operation.Id}: parameter {parameter["name"]}")
            .Concat(from operation in operations
                    from body in operation.Operation["requestBody"]?["content"]?.AsObject() ?? []
                    from part in body.Value!["schema"]?["properties"]?.AsObject() ?? []
                    where IsBare(part.Value)
                    select $"{operation.Id}: part {part.Key}")
            .Concat(from schema in document["components"]!["schemas"]!.AsObject()
                    from field in schema.Value!["properties"]?.AsObject() ?? []
                    where IsBare(field.Value)
                    select $"{schema.Key}: field {field.Key}");

        Assert.Empty(bare);
        Assert.Equal(
            operations.Select(operation => (string)operation.Operation["tags"]![0]!).Distinct(),
            document["tags"]!.AsArray().Select(tag => (string)tag!["name"]!));

        static bool IsBare(JsonNode? described) => string.IsNullOrWhiteSpace((string?)described!["description"]);
    }

    [Fact]
    public async Task Every_shared_description_is_used()
    {
        await using var stream = typeof(Program).Assembly.GetManifestResourceStream("Descriptions.json")!;
        var shared = (await JsonNode.ParseAsync(stream))!;
        var document = await DocumentAsync();
        var used = document["components"]!["schemas"]!.AsObject()
            .SelectMany(schema => schema.Value!["properties"]?.AsObject() ?? [])
            .Select(field => (field.Key, (string?)field.Value!["description"])).ToHashSet();
        var parameters = (await OperationsAsync())
            .SelectMany(operation => operation.Operation["parameters"]?.AsArray() ?? [])
            .Select(parameter => (string?)parameter!["description"]).ToHashSet();

        Assert.All(shared["fields"]!.AsObject(), field => Assert.Contains((field.Key, (string?)field.Value), used));
        Assert.All(shared["paths"]!.AsObject(), path => Assert.Contains((string?)path.Value, parameters));
        Assert.All(
            from schema in shared["schemas"]!.AsObject()
            from field in schema.Value!.AsObject()
            select (schema.Key, Field: field.Key, Text: (string?)field.Value),
            text => Assert.Equal(
                text.Text,
                (string?)document["components"]!["schemas"]![text.Key]!["properties"]![text.Field]!["description"]));
    }

    /// <summary>Swagger UI shows indented lines as code.</summary>
    [Fact]
    public async Task The_lines_of_descriptions_are_not_indented()
    {
        Assert.DoesNotContain(
            Described(await DocumentAsync()), text => text.Contains("\n ", StringComparison.Ordinal));

        static IEnumerable<string> Described(JsonNode? node) => node switch
        {
            JsonObject all => all.SelectMany(one => one is { Key: "description" or "summary", Value: JsonValue text }
                ? [(string)text!] : Described(one.Value)),
            JsonArray all => all.SelectMany(Described),
            _ => [],
        };
    }

    /// <summary>From a second media type, generated clients make a union of the type and text.</summary>
    [Fact]
    public async Task A_response_with_JSON_has_no_other_type() => Assert.All(
        from operation in await OperationsAsync()
        from response in operation.Operation["responses"]!.AsObject()
        let types = (response.Value!["content"]?.AsObject() ?? []).Select(content => content.Key).ToList()
        where types.Contains("application/json")
        select (operation.Id, types),
        response => Assert.Equal(["application/json"], response.types));

    /// <summary>
    /// A generated client then has a type with these fields for each result. The document has a table as its JSON only,
    /// so a program that reads the items of a table is checked by its compiler.
    /// </summary>
    [Fact]
    public async Task Each_result_in_JSON_is_an_object_with_named_fields()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!;

        Assert.All(
            from operation in await OperationsAsync()
            from response in operation.Operation["responses"]!.AsObject()
            where response.Key.StartsWith('2')
            let json = response.Value!["content"]?["application/json"]
            where json is not null
            select (operation.Id, Schema: Resolved(json["schema"])),
            result =>
            {
                Assert.Equal("object", (string?)result.Schema?["type"]);
                Assert.NotEmpty(result.Schema!["properties"]!.AsObject());
                if (result.Schema["properties"]!["items"] is { } items)
                    Assert.NotEmpty(Resolved(items["items"])!["properties"]!.AsObject());
            });

        JsonNode? Resolved(JsonNode? schema) =>
            (string?)schema?["$ref"] is { } reference ? schemas[reference.Split('/')[^1]] : schema;
    }

    /// <summary>
    /// Clients are generated from the file, and a change of the contract is visible in its diff. To regenerate it, set
    /// PIE_WRITE_OPENAPI=1.
    /// </summary>
    [Fact]
    public async Task The_document_in_the_repository_is_the_one_that_is_served()
    {
        var served = (await DocumentAsync())
            .ToJsonString(new JsonSerializerOptions(Json.Options) { WriteIndented = true }) + "\n";
        if (Environment.GetEnvironmentVariable("PIE_WRITE_OPENAPI") == "1")
            await File.WriteAllTextAsync(DocumentFile(), served);

        Assert.Equal(await File.ReadAllTextAsync(DocumentFile()), served);
    }

    [Fact]
    public async Task The_document_is_valid()
    {
        using var text = new MemoryStream(await api.Client.GetByteArrayAsync("/swagger/v1/swagger.json"));
        var (document, diagnostic) = await OpenApiDocument.LoadAsync(text, "json");

        Assert.Empty(diagnostic!.Errors.Select(error => $"{error.Pointer}: {error.Message}"));
        Assert.Empty(
            document!.Validate(ValidationRuleSet.GetDefaultRuleSet())
                .Select(error => $"{error.Pointer}: {error.Message}"));
    }

    [Fact]
    public async Task Problems_are_documented_as_problem_json_only() => Assert.All(
        from operation in await OperationsAsync()
        from response in operation.Operation["responses"]!.AsObject()
        where response.Key.StartsWith('4') || response.Key.StartsWith('5')
        select (operation.Id, Types: response.Value!["content"]!.AsObject().Select(content => content.Key)),
        problem => Assert.Equal(["application/problem+json"], problem.Types));

    [Fact]
    public async Task Every_operation_on_data_documents_its_key_and_its_refusals()
    {
        var document = await DocumentAsync();
        Assert.Equal("bearer", (string?)document["components"]!["securitySchemes"]!["key"]!["scheme"]);
        Assert.All(
            from path in document["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            select (IsData: path.Key.StartsWith("/api/", StringComparison.Ordinal), Operation: operation.Value!),
            told =>
            {
                Assert.Equal(told.IsData, told.Operation["security"]?[0]?["key"] is not null);
                var responses = told.Operation["responses"]!.AsObject();
                foreach (var status in new[] { "401", "403" }) Assert.Equal(told.IsData, responses.ContainsKey(status));
                Assert.Equal((string)told.Operation["operationId"]! != "isLive", responses.ContainsKey("429"));
            });
    }

    [Fact]
    public async Task Shared_problems_are_documented_with_each_operation()
    {
        var operations = await OperationsAsync();
        Assert.All(
            operations.Where(operation => operation.Id is not ("isLive" or "isReady" or "isWorkerLive")), operation =>
                Assert.All(["400", "503"], status => Assert.NotNull(operation.Operation["responses"]![status])));
        Assert.All(operations.Where(operation => operation.Operation["requestBody"] is not null), operation =>
            Assert.All(["413", "415"], status => Assert.NotNull(operation.Operation["responses"]![status])));
    }

    [Fact]
    public async Task Enums_are_documented_with_their_wire_names()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!;

        Assert.Equal(
            Wire.All<Domain.Recipes.Method>(), schemas["Method"]!["enum"]!.AsArray().Select(name => (string)name!));
        Assert.Equal(Wire.All<SweepState>(), schemas["SweepState"]!["enum"]!.AsArray().Select(name => (string)name!));
    }

    [Fact]
    public async Task The_example_of_a_sweep_is_a_request_that_is_accepted()
    {
        var submit = (await OperationsAsync()).Single(operation => operation.Id == "submitSweep").Operation;
        var request = submit["requestBody"]!["content"]!["application/json"]!["example"]!.DeepClone();
        request["datasetId"] = (await api.Situations.DatasetAsync()).Id;

        await api.PostAsync("/api/v1/sweeps", request);
    }

    [Fact]
    public async Task The_example_of_a_dataset_is_a_definition_that_is_accepted_as_it_is()
    {
        foreach (var id in new[] { "importDataset", "planDataset" })
        {
            var form = (await OperationsAsync()).Single(operation => operation.Id == id)
                .Operation["requestBody"]!["content"]!["multipart/form-data"]!;
            var definition = form["schema"]!["properties"]!["definition"]!["example"]!;
            Assert.Equal(definition.ToJsonString(), form["example"]!["definition"]!.ToJsonString());
            using var content = new MultipartFormDataContent
            {
                { new StringContent(definition.ToJsonString()), "definition" },
                { new StringContent("text,label\n" + string.Concat(
                    Enumerable.Range(0, 20).Select(i => $"film {i},{(i % 2 == 0 ? "good" : "bad")}\n"))), "file" },
                // Swagger UI sends a part for each file that was not chosen.
                { new ByteArrayContent([]), "train" },
            };

            using var answer = await api.Client.PostAsync("/api/v1/datasets/plan", content);

            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task The_example_of_predictions_is_a_definition_that_is_accepted_as_it_is()
    {
        foreach (var id in new[] { "importPredictions", "planPredictionImport" })
        {
            var form = (await OperationsAsync()).Single(operation => operation.Id == id)
                .Operation["requestBody"]!["content"]!["multipart/form-data"]!;
            using var content = new MultipartFormDataContent
            {
                { new StringContent(form["example"]!["definition"]!.ToJsonString()), "definition" },
                { new StringContent("id,gold,bf16,int4\nq1,yes,yes,no\nq2,no,no,no\n"), "file" },
            };

            using var answer = await api.Client.PostAsync("/api/v1/prediction-imports/plan", content);

            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Fields_that_accept_a_text_or_a_list_are_documented_with_both()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!;
        foreach (var (schema, field, types) in new[]
        {
            ("ColumnMapping", "text", "string array"), ("ColumnMapping", "labels", "string array"),
            ("DatasetDefinition", "labelNames", "object array"),
        })
            Assert.Equal(
                types.Split(' '),
                schemas[schema]!["properties"]![field]!["oneOf"]!.AsArray().Take(2)
                    .Select(form => (string)form!["type"]!));
    }

    [Fact]
    public async Task Query_parameters_are_documented_with_their_types()
    {
        var list = (await OperationsAsync()).Single(operation => operation.Id == "listRuns").Operation;

        Assert.Equal(
            ["id", "state", "architecture", "model", "method", "sparsity", "cohort", "seed",
                "minAchievedSparsity", "maxAchievedSparsity", "orderBy", "format", "pageSize", "pageToken",
                "If-None-Match"],
            list["parameters"]!.AsArray().Select(parameter => (string)parameter!["name"]!));
    }

    private static string DocumentFile([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(here, "../../../../docs/openapi.json"));

    private async Task<JsonObject> DocumentAsync() => await api.GetAsync("/swagger/v1/swagger.json");

    private async Task<IReadOnlyList<(string? Id, JsonNode Operation)>> OperationsAsync() =>
    [
        .. from path in (await DocumentAsync())["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           select ((string?)operation.Value!["operationId"], operation.Value),
    ];
}
