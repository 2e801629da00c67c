using System.Text;
using System.Text.Json;
using PieService.Api.Http;
using PieService.Domain.Sweeps;

namespace PieService.Api.Tests.Http;

/// <summary>The messages about values that do not fit their fields.</summary>
public sealed class JsonErrorsTests
{
    [Theory]
    [InlineData("", "the body is empty")]
    [InlineData("{\n\"name\": }", "line 2, byte 9")]
    [InlineData("""{"name":"a",}""", "line 1, byte 13")]
    [InlineData("""{"name":"\ud800"}""", "surrogate")]
    public void Invalid_JSON_is_reported_with_its_position_and_without_the_readers_message(string json, string told)
    {
        var malformed = Assert.ThrowsAny<JsonException>(() => StrictJson.Parse(Encoding.UTF8.GetBytes(json)));

        Assert.Contains(told, malformed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", malformed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"seeds":{"first":0,"count":1e2}}""", "seeds.count", "must be a whole number")]
    [InlineData("""{"seeds":{"first":2147483648,"count":1}}""", "seeds.first", "must be a whole number")]
    [InlineData("""{"seeds":{"first":0.5}}""", "seeds.first", "must be a whole number")]
    [InlineData("""{"seeds":{"count":"3"}}""", "seeds.count", "must be a whole number")]
    [InlineData("""{"seeds":{"count":null}}""", "seeds.count", "must be a whole number")]
    [InlineData("""{"seeds":[1]}""", "seeds", "must be an object with the fields first, count")]
    [InlineData("""{"seeds":{"last":1}}""", "seeds.last", "is not a field of this request")]
    [InlineData("""{"extraDenseSeeds":1e2}""", "extraDenseSeeds", "must be a whole number")]
    [InlineData("""{"extraDenseSeeds":99999999999}""", "extraDenseSeeds", "must be a whole number")]
    [InlineData("""{"sparsities":[50,"x"]}""", "sparsities[1]", "must be a number")]
    [InlineData("""{"sparsities":[1e400]}""", "sparsities[0]", "must be a number")]
    [InlineData("""{"sparsities":[null]}""", "sparsities[0]", "must be a number")]
    [InlineData("""{"sparsities":5}""", "sparsities", "must be a list")]
    [InlineData("""{"methods":["imp"]}""", "methods[0]", "must be one of ")]
    [InlineData("""{"methods":[3]}""", "methods[0]", "must be one of ")]
    [InlineData("""{"models":{}}""", "models", "must be a list")]
    [InlineData("""{"models":[5]}""", "models[0]", "must be an object with the fields name, architecture, ")]
    [InlineData("""{"models":[{"hyperparameters":{"epochs":1.5}}]}""", "models[0].hyperparameters.epochs",
        "must be a whole number")]
    [InlineData("""{"name":5}""", "name", "must be a string")]
    [InlineData("""{"datasetId":"x"}""", "datasetId", "must be a UUID")]
    [InlineData("""{"datasetId":5}""", "datasetId", "must be a UUID")]
    [InlineData("""{"computeMatchedDense":"yes"}""", "computeMatchedDense", "must be true or false")]
    [InlineData("""{"priority":null}""", "priority", "must be one of high, normal, bulk")]
    public void An_error_names_the_field_and_its_expected_value(string json, string field, string message)
    {
        var (_, errors) = JsonErrors.Read<SweepRequest>(
            StrictJson.Parse(Encoding.UTF8.GetBytes(json)), new RemovedNodes());

        var error = Assert.Single(errors);
        Assert.Equal(field, error.Field);
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }
}
