using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Tests.Sweeps;

public class SweepWarningsTests
{
    private static readonly ModelRequest Bert = new()
    {
        Architecture = Architecture.Bert,
        Checkpoint = "tiny",
        Hyperparameters = new Hyperparameters(LearningRate: 2e-5, MaxLength: 64),
    };

    private static SweepRequest Valid => Requests.Valid with { ComputeMatchedDense = true };

    [Fact]
    public void A_sweep_without_doubt_has_no_warnings()
    {
        var request = Valid with { Models = [.. Valid.Models!, Bert], Seeds = new SeedRange(0, 5) };

        Assert.Empty(SweepWarnings.Of(request, Requests.Dataset));
        Assert.Empty(SeedWarnings.Of(request));
    }

    [Fact]
    public void Sparsities_that_look_like_shares_are_explained()
    {
        var warning = Assert.Single(SweepWarnings.Of(
            Valid with { Sparsities = [0.5m, 0.99m, 90] }, Requests.Dataset));

        Assert.Equal(WarningCode.SparsitiesBelowOne, warning.Code);
        Assert.Contains("0.5, 0.99 ", warning.Message, StringComparison.Ordinal);
        Assert.EndsWith("For a share of 0.5 set 50.", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(0.999, true)]
    public void One_percent_is_a_sparsity(double sparsity, bool isDoubtful) => Assert.Equal(
        isDoubtful,
        SweepWarnings.Of(Valid with { Sparsities = [(decimal)sparsity] }, Requests.Dataset).Count > 0);

    [Theory]
    [InlineData(Method.Imp, false, true)]
    [InlineData(Method.Iibp, false, true)]
    [InlineData(Method.Irp, true, false)]
    [InlineData(Method.ImpWr, false, false)]
    [InlineData(Method.MpAi, false, false)]
    public void Models_that_are_trained_longer_than_their_baseline_are_doubtful(
        Method method, bool computeMatchedDense, bool isDoubtful)
    {
        var request = Valid with { Methods = [method], ComputeMatchedDense = computeMatchedDense };

        var warning = SweepWarnings.Of(request, Requests.Dataset).SingleOrDefault();

        Assert.Equal(isDoubtful ? WarningCode.TrainedLonger : null, warning?.Code);
        Assert.StartsWith(isDoubtful ? Wire.Name(method) + ": " : "", warning?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_BERT_with_the_default_learning_rate_is_doubtful() => Assert.Equal(
        WarningCode.HighLearningRate,
        Assert.Single(Of(Bert with { Hyperparameters = new Hyperparameters(MaxLength: 64) })).Code);

    [Fact]
    public void A_batch_that_is_larger_than_the_training_split_is_doubtful()
    {
        Assert.Empty(Of(BiLstm(new(BatchSize: 100))));
        Assert.Equal(WarningCode.BatchLargerThanTrain, Assert.Single(Of(BiLstm(new(BatchSize: 101)))).Code);
    }

    /// <summary>The lengths of the training texts are 1 to 100 tokens, those of the test texts 10.</summary>
    [Fact]
    public void Texts_beyond_maxLength_are_counted()
    {
        var dataset = Requests.Dataset;
        var long100 = new Dataset
        {
            Name = "d",
            Labels = dataset.Labels,
            ContentHash = dataset.ContentHash,
            Quality = dataset.Quality,
            Splits =
            [
                new(Split.Train, 100, [50, 50], new TokenLengths(50, 50, 95, 100), [.. Enumerable.Range(1, 100)]),
                new(Split.Test, 20, [10, 10], new TokenLengths(10, 10, 10, 10), [.. Enumerable.Repeat(10, 100)]),
            ],
        };

        Assert.Empty(SweepWarnings.Of(With(BiLstm(new(MaxLength: 99))), long100));
        Assert.StartsWith(
            "Model 'bilstm': more than 19 % of the train texts",
            Assert.Single(SweepWarnings.Of(With(BiLstm(new(MaxLength: 80))), long100)).Message,
            StringComparison.Ordinal);
        // [CLS] and [SEP] take two of the 82.
        Assert.StartsWith(
            "Model 'bert': more than 19 % of the train texts",
            Assert.Single(SweepWarnings.Of(
                With(Bert with { Hyperparameters = new(LearningRate: 2e-5, MaxLength: 82) }), long100)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_maxLength_beyond_the_positions_of_the_checkpoint_is_doubtful()
    {
        var tiny = new ModelFile("tiny", ModelKind.Bert, 128, 2, 4_000_000, "0a", Positions: 63);

        Assert.Equal(
            WarningCode.MaxLengthBeyondModel, Assert.Single(ModelWarnings.Of(With(Bert), [], [tiny])).Code);
        Assert.Empty(ModelWarnings.Of(With(Bert), [], [tiny with { Positions = 64 }]));
        // A checkpoint that no worker has is a reason to wait, which the plan has elsewhere.
        Assert.Empty(ModelWarnings.Of(With(Bert), [], [tiny with { Name = "other" }]));
    }

    /// <summary>Half of the tokens is enough; the coverage by another file does not count.</summary>
    [Theory]
    [InlineData("glove", "a1", 0.4999, "have 50 % of the tokens and 30.1 % of the words")]
    [InlineData("glove.txt", "a1", 0.1234, "'glove.txt' have 12.3 % of the tokens")]
    [InlineData("glove", "a1", 0.5, null)]
    [InlineData("glove", "b2", 0.1, null)]
    [InlineData("glove.vec", "a1", 0.1, null)]
    public void Word_vectors_for_fewer_than_half_of_the_tokens_are_doubtful(
        string name, string sha256, double tokens, string? shares)
    {
        var request = With(new() { Architecture = Architecture.BiLstm, Vectors = name });
        var glove = new ModelFile("glove", ModelKind.Vectors, 300, null, 3000, "a1", Aliases: ["glove.txt"]);
        var known = new KnownCoverage { DatasetHash = "d", VectorsSha256 = sha256, Types = 0.301, Tokens = tokens };

        var warning = ModelWarnings.Of(request, [known], [glove]).SingleOrDefault();

        Assert.Equal(shares is null ? null : WarningCode.LowVectorCoverage, warning?.Code);
        Assert.Contains(shares ?? "", warning?.Message ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0, "oneSeed noNoiseFloor")]
    [InlineData(2, 0, "evenSeeds noNoiseFloor")]
    [InlineData(3, 0, "noNoiseFloor")]
    [InlineData(3, 1, "")]
    [InlineData(4, 0, "evenSeeds")]
    [InlineData(5, 0, "")]
    public void Too_few_and_even_seeds_are_doubtful(int count, int extraDense, string codes) => Assert.Equal(
        codes,
        string.Join(' ', SeedWarnings.Of(
            Requests.Valid with { Seeds = new SeedRange(0, count), ExtraDenseSeeds = extraDense })
            .Select(warning => Wire.Name(warning.Code))));

    [Fact]
    public void Dense_models_alone_are_not_compared() =>
        Assert.Empty(SeedWarnings.Of(Requests.Valid with { Methods = [], Sparsities = [], Seeds = new(0, 1) }));

    private static IReadOnlyList<Warning> Of(ModelRequest model) => SweepWarnings.Of(With(model), Requests.Dataset);

    private static SweepRequest With(ModelRequest model) => Valid with { Models = [model] };

    private static ModelRequest BiLstm(Hyperparameters hyper) =>
        new() { Architecture = Architecture.BiLstm, Hyperparameters = hyper };
}
