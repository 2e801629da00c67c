using System.Text.Json.Nodes;
using PieService.Domain.Recipes;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Tests.Sweeps;

public class StudyGridTests
{
    public static TheoryData<string> Presets => [.. Wire.All<Preset>()];

    /// <summary>41 cohorts x 30 seeds x 8.</summary>
    [Fact]
    public void The_presets_are_the_runs_of_the_study() => Assert.Equal(
        9_840,
        Wire.All<Preset>()
            .Sum(preset => SweepExpansion.Expand(Filled($$"""{ "preset": "{{preset}}" }"""), "d").Runs.Count));

    [Theory, MemberData(nameof(Presets))]
    public void A_request_with_a_preset_needs_only_a_dataset(string preset)
    {
        var request = Filled($$"""{ "preset": "{{preset}}", "datasetId": "{{Requests.Dataset.Id}}" }""");

        Assert.Equal(preset, request.Name);
        Assert.Equal(Protocol.Paper, request.Protocol);
        // 8 methods at 5 sparsities, on the test split and, for influence, on the training split.
        Assert.Equal(80, SweepExpansion.Expand(request, "d").Comparisons.Count);
        Assert.NotEmpty(request.Unknowns);
    }

    /// <summary>The numbers of all epochs of an iterative method are those of the published study.</summary>
    [Theory]
    [InlineData("paper/snli/bert", 8, 3.586e-5, 256, 128)]
    [InlineData("paper/snli/bilstm", 156, 7.007e-4, 4096, 128)]
    [InlineData("paper/imdb/bert", 12, 2.693e-5, 32, 512)]
    [InlineData("paper/imdb/bilstm", 104, 1.477e-3, 1024, 512)]
    [InlineData("paper/reuters/bert", 56, 5.495e-5, 128, 256)]
    [InlineData("paper/reuters/bilstm", 288, 1.863e-3, 512, 256)]
    [InlineData("paper/aapd/bert", 52, 7.843331259686159e-5, 256, 256)]
    [InlineData("paper/aapd/bilstm", 200, 1.977462824914604e-3, 2048, 256)]
    public void A_preset_trains_as_the_study_did(
        string preset, int iterativeEpochs, double learningRate, int batchSize, int maxLength)
    {
        var recipe = SweepExpansion.Expand(Filled($$"""{ "preset": "{{preset}}" }"""), "d").Runs
            .Last(run => run.Recipe.Method == Method.Imp).Recipe;

        Assert.Equal(iterativeEpochs, recipe.Plan.TotalEpochs);
        Assert.Equal(
            (learningRate, batchSize, maxLength),
            (recipe.Hyperparameters.LearningRate, recipe.Hyperparameters.BatchSize, recipe.Hyperparameters.MaxLength));
    }

    [Theory]
    [InlineData("paper/reuters/bilstm", Padding.UnknownWord)]
    [InlineData("paper/aapd/bilstm", Padding.UnknownWord)]
    [InlineData("paper/imdb/bilstm", Padding.Zeros)]
    [InlineData("paper/snli/bilstm", Padding.Zeros)]
    [InlineData("paper/reuters/bert", Padding.Zeros)]
    public void Reuters_and_AAPD_are_padded_with_an_unknown_word_if_pads_are_read(string preset, Padding padding)
    {
        Assert.Equal(padding, Filled($$"""{ "preset": "{{preset}}" }""").Models![0].Hyperparameters!.Padding);
        Assert.Equal(
            Padding.Zeros,
            Filled($$"""{ "preset": "{{preset}}", "protocol": "sound" }""").Models![0].Hyperparameters!.Padding);
    }

    [Fact]
    public void Fields_of_the_request_override_those_of_the_preset()
    {
        var request = Filled("""
            { "preset": "paper/imdb/bilstm", "name": "mine", "protocol": "sound", "methods": null, "seeds": { "first": 30 },
              "models": [ { "vectors": "glove.100d.subset", "hyperparameters": { "epochs": 2 } }, { "name": "trained", "architecture": "BERT" } ] }
            """);

        Assert.Equal(("mine", Protocol.Sound), (request.Name, request.Protocol));
        Assert.Equal(8, request.Methods!.Count);
        Assert.Equal(new SeedRange(30, 30), request.Seeds);
        var own = request.Models![0];
        Assert.Equal((Architecture.BiLstm, "glove.100d.subset"), (own.Architecture, own.Vectors));
        Assert.Equal(
            new Hyperparameters(Epochs: 2, BatchSize: 1024, LearningRate: 1.477e-3, MaxLength: 512, HiddenSize: 100),
            own.Hyperparameters);
        // The preset has no values for the other architecture.
        Assert.Equal((null, null), (request.Models[1].Vectors, request.Models[1].Hyperparameters));
    }

    [Fact]
    public void A_preset_without_methods_has_no_sparsities() =>
        Assert.Equal(
            30, SweepExpansion.Expand(Filled("""{ "preset": "paper/imdb/bilstm", "methods": [] }"""), "d").Runs.Count);

    [Fact]
    public void A_request_without_a_preset_has_no_unknowns() => Assert.Empty(Requests.Valid.Unknowns);

    private static SweepRequest Filled(string json)
    {
        var sent = JsonNode.Parse(json)!.AsObject();
        StudyGrid.FillIn(sent, Wire.Parse<Preset>(sent["preset"]!.GetValue<string>()));
        return Json.Read<SweepRequest>(sent.ToJsonString());
    }
}
