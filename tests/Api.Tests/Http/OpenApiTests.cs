using System.Text.Json.Nodes;
using PieService.Domain;
using PieService.Domain.Sweeps;

namespace PieService.Api.Tests.Http;

public sealed class OpenApiTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Every_operation_has_an_id_a_summary_and_an_example_of_each_answer()
    {
        foreach (var (id, operation) in await OperationsAsync())
        {
            Assert.False(string.IsNullOrEmpty(id));
            Assert.False(string.IsNullOrEmpty((string?)operation["summary"]), $"{id} has no summary");
            Assert.All(
                from response in operation["responses"]!.AsObject()
                from content in response.Value!["content"]?.AsObject() ?? []
                select (response.Key, content.Value),
                answer => Assert.True(answer.Value!["example"] is not null, $"{id} {answer.Key} has no example"));
        }
    }

    [Fact]
    public async Task Problems_are_documented_as_problem_json_and_nothing_else() => Assert.All(
        from operation in await OperationsAsync()
        from response in operation.Operation["responses"]!.AsObject()
        where response.Key.StartsWith('4') || response.Key.StartsWith('5')
        select (operation.Id, Types: response.Value!["content"]!.AsObject().Select(content => content.Key)),
        problem => Assert.Equal(["application/problem+json"], problem.Types));

    [Fact]
    public async Task What_operations_share_is_documented_with_each()
    {
        var operations = await OperationsAsync();
        Assert.All(operations.Where(operation => operation.Id is not ("isLive" or "isReady")), operation =>
            Assert.All(["400", "503"], status => Assert.NotNull(operation.Operation["responses"]![status])));
        Assert.All(operations.Where(operation => operation.Operation["requestBody"] is not null), operation =>
            Assert.All(["413", "415"], status => Assert.NotNull(operation.Operation["responses"]![status])));
    }

    [Fact]
    public async Task Enums_are_documented_as_they_are_on_the_wire()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!;

        Assert.Equal(Wire.All<Domain.Recipes.Method>(), schemas["Method"]!["enum"]!.AsArray().Select(name => (string)name!));
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
    public async Task Query_parameters_are_documented_with_their_types()
    {
        var list = (await OperationsAsync()).Single(operation => operation.Id == "listRuns").Operation;

        Assert.Equal(
            ["id", "state", "architecture", "model", "method", "sparsity", "seed", "pageSize", "pageToken"],
            list["parameters"]!.AsArray().Select(parameter => (string)parameter!["name"]!));
    }

    private async Task<JsonObject> DocumentAsync() => await api.GetAsync("/swagger/v1/swagger.json");

    private async Task<IReadOnlyList<(string? Id, JsonNode Operation)>> OperationsAsync() =>
    [
        .. from path in (await DocumentAsync())["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           select ((string?)operation.Value!["operationId"], operation.Value),
    ];
}
