using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Tests.Sweeps;

public class SweepRulesTests
{
    [Fact]
    public void A_valid_request_breaks_no_rule() => Assert.Empty(SweepRules.Check(Requests.Valid, Requests.Dataset));

    [Fact]
    public void All_missing_fields_of_an_empty_request_are_reported() => Assert.Equal(
        ["name", "datasetId", "models", "methods", "seeds"], Fields(new SweepRequest()));

    [Fact]
    public void All_errors_are_reported_at_once_with_the_paths_of_their_fields()
    {
        var request = Requests.Valid with
        {
            Name = "",
            Models = [new ModelRequest { Hyperparameters = new Hyperparameters(Epochs: 0, LearningRate: double.NaN) }],
            Methods = [Method.Imp, Method.Dense, Method.Imp],
            Sparsities = [0, 100, 50, 50.0m],
            Seeds = new SeedRange(-1, 0),
        };

        Assert.Equal(
            [
                "name", "models[0].architecture", "models[0].hyperparameters.epochs",
                "models[0].hyperparameters.learningRate",
                "methods[1]", "methods[2]", "sparsities[0]", "sparsities[1]", "sparsities[3]", "seeds.first",
                "seeds.count",
            ],
            Fields(request));
    }

    [Fact]
    public void An_unknown_dataset_is_reported_for_its_field() =>
        Assert.Equal(["datasetId"], SweepRules.Check(Requests.Valid, null).Select(error => error.Field));

    [Fact]
    public void A_dataset_of_imported_predictions_has_no_texts_to_train_on()
    {
        var dataset = new Dataset
        {
            Id = Requests.Dataset.Id,
            Name = "answers",
            Labels = ["a", "b"],
            ContentHash = "sha256:t",
            Quality = new(0, 0, 0, 0, 0),
            Splits = [new(Split.Test, 2, [1, 1], Tokens, [])],
        };

        var error = Assert.Single(SweepRules.Check(Requests.Valid, dataset));

        Assert.Equal("datasetId", error.Field);
        Assert.StartsWith("has no train split", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Models_and_methods_of_other_programs_cannot_be_trained() => Assert.Equal(
        ["models[0].architecture", "methods[0]"],
        Fields(Requests.Valid with
        {
            Models = [Requests.Valid.Models![0] with { Architecture = Architecture.External }],
            Methods = [Method.External],
        }));

    [Fact]
    public void A_multi_label_dataset_needs_examples_for_the_tuning_of_the_threshold()
    {
        var dataset = new Dataset
        {
            Id = Requests.Dataset.Id,
            Name = "topics",
            Task = LearningTask.MultiLabel,
            Labels = ["a", "b"],
            ContentHash = "sha256:t",
            Quality = new(0, 0, 0, 0, 0),
            Splits = Requests.Dataset.Splits,
        };

        Assert.Empty(SweepRules.Check(Requests.Valid, dataset));
        var tiny = new Dataset
        {
            Id = dataset.Id,
            Name = "topics",
            Task = LearningTask.MultiLabel,
            Labels = ["a", "b"],
            ContentHash = "sha256:t",
            Quality = new(0, 0, 0, 0, 0),
            Splits = [new(Split.Train, 1, [1, 0], Tokens, []), new(Split.Test, 1, [1, 0], Tokens, [])],
        };
        Assert.Equal("datasetId", Assert.Single(SweepRules.Check(Requests.Valid, tiny)).Field);
        Assert.Empty(SweepRules.Check(Requests.Valid with { Protocol = Protocol.Paper }, tiny));
    }

    private static readonly TokenLengths Tokens = new(1, 1, 1, 1);

    [Fact]
    public void A_padding_that_the_model_does_not_read_is_refused()
    {
        var unknown = new ModelRequest
        {
            Architecture = Architecture.BiLstm,
            Hyperparameters = new(Padding: Padding.UnknownWord),
        };

        Assert.Empty(SweepRules.Check(Requests.Valid with
        {
            Protocol = Protocol.Paper,
            Models = [unknown],
        }, Requests.Dataset));
        Assert.Equal(
            "models[0].hyperparameters.padding",
            Assert.Single(SweepRules.Check(Requests.Valid with
            {
                Protocol = Protocol.Sound,
                Models = [unknown],
            }, Requests.Dataset)).Field);
        Assert.Contains(
            SweepRules.Check(Requests.Valid with
            {
                Protocol = Protocol.Paper,
                Models = [unknown with { Architecture = Architecture.Bert, Checkpoint = "bert" }],
            }, Requests.Dataset),
            error => error.Field == "models[0].hyperparameters.padding");
    }

    [Fact]
    public void Bf16_is_for_BERT_only()
    {
        var model = new ModelRequest
        {
            Architecture = Architecture.Bert,
            Checkpoint = "bert",
            Hyperparameters = new(Precision: Precision.Bf16),
        };

        Assert.Empty(SweepRules.Check(Requests.Valid with { Models = [model] }, Requests.Dataset));
        Assert.Equal(
            "models[0].hyperparameters.precision",
            Assert.Single(SweepRules.Check(Requests.Valid with
            {
                Models = [model with { Architecture = Architecture.BiLstm, Checkpoint = null }],
            }, Requests.Dataset)).Field);
    }

    [Theory]
    [InlineData(Architecture.BiLstm, DeviceWish.Cuda, true)]
    [InlineData(Architecture.Bert, DeviceWish.Cuda, true)]
    [InlineData(Architecture.Bert, DeviceWish.Cpu, false)]
    [InlineData(Architecture.BiLstm, null, false)]
    public void Tf32_is_for_models_that_ask_for_a_GPU(Architecture architecture, DeviceWish? device, bool allowed)
    {
        var model = new ModelRequest
        {
            Architecture = architecture,
            Checkpoint = architecture == Architecture.Bert ? "bert" : null,
            Device = device,
            Hyperparameters = new(Precision: Precision.Tf32),
        };

        var errors = SweepRules.Check(Requests.Valid with { Models = [model] }, Requests.Dataset);

        if (allowed)
        {
            Assert.Empty(errors);
            return;
        }
        var error = Assert.Single(errors);
        Assert.Equal("models[0].hyperparameters.precision", error.Field);
        Assert.Contains("set models[0].device to cuda", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The limit is 2 x 400,000 x (999 + 1) bytes.</summary>
    [Theory]
    [InlineData(400_000, 999, false)]
    [InlineData(400_001, 999, true)]
    [InlineData(250_000, 10_000, true)]     // examples x labels exceeds an int
    [InlineData(429_497, 10_000, true)]     // examples x labels would overflow to a positive int
    public void The_predictions_for_a_split_must_fit_into_a_message_of_a_trainer(int examples, int labels, bool refused)
    {
        var lengths = new TokenLengths(10, 10, 15, 20);
        var dataset = new Dataset
        {
            Id = Requests.Dataset.Id,
            Name = "d",
            Labels = [.. Enumerable.Range(0, labels).Select(label => $"{label}")],
            ContentHash = "sha256:d",
            Quality = new(0, 0, 0, 0, 0),
            Splits = [new(Split.Train, examples, [], lengths, []), new(Split.Test, 20, [], lengths, [])],
        };
        Assert.Equal(
            refused ? ["datasetId"] : [], SweepRules.Check(Requests.Valid, dataset).Select(error => error.Field));
    }

    [Fact]
    public void Two_models_need_two_names_and_two_recipes()
    {
        var model = new ModelRequest { Architecture = Architecture.BiLstm };

        Assert.Equal(["models[1].name"], Fields(Requests.Valid with { Models = [model, model] }));
        Assert.Equal(["models[1]"], Fields(Requests.Valid with
        {
            Models = [model, model with { Name = "same by another name" }],
        }));
    }

    [Fact]
    public void A_grid_beyond_the_limit_is_refused_with_its_size() =>
        Assert.Equal(["seeds.count"], Fields(Requests.Valid with
        {
            Methods = [Method.Imp, Method.ImpWr, Method.MpAi],
            Sparsities = [.. Enumerable.Range(1, 50).Select(percent => (decimal)percent)],
            Seeds = new SeedRange(0, 1000),
        }));

    [Fact]
    public void Observed_epochs_are_counted_from_0_and_may_exceed_the_epochs_of_a_model()
    {
        Assert.Empty(Fields(Requests.Valid with { ObservationEpochs = [0, 0, 1000] }));
        Assert.Equal(["observationEpochs[1]"], Fields(Requests.Valid with { ObservationEpochs = [0, -1] }));
    }

    [Fact]
    public void The_number_of_extra_dense_seeds_is_limited_by_the_seeds_that_follow_the_range()
    {
        Assert.Empty(Fields(Requests.Valid with { ExtraDenseSeeds = 2 }));
        Assert.Equal(["extraDenseSeeds"], Fields(Requests.Valid with { ExtraDenseSeeds = -1 }));
        Assert.Equal(["extraDenseSeeds"], Fields(Requests.Valid with { ExtraDenseSeeds = 1001 }));
        Assert.Equal(["extraDenseSeeds"], Fields(Requests.Valid with
        {
            Seeds = new SeedRange(int.MaxValue - 2, 2),
            ExtraDenseSeeds = 1,
        }));
    }

    [Fact]
    public void Protocol_paper_global_scope_and_kept_models_are_accepted() =>
        Assert.Empty(Fields(Requests.Valid with
        {
            Protocol = Protocol.Paper,
            Scope = PruningScope.Global,
            KeepModels = KeepModels.Last,
        }));

    /// <summary>The last segment has E - 1 epochs.</summary>
    [Theory]
    [InlineData(Protocol.Paper, Method.ImpWr, 1, true)]
    [InlineData(Protocol.Paper, Method.IrpWr, 2, false)]
    [InlineData(Protocol.Paper, Method.Imp, 1, false)]
    [InlineData(Protocol.Sound, Method.ImpWr, 1, false)]
    public void A_model_must_be_trained_after_its_last_rewinding(
        Protocol protocol, Method method, int epochs, bool refused) => Assert.Equal(
        refused ? ["models[0].hyperparameters.epochs"] : [],
        Fields(Requests.Valid with
        {
            Protocol = protocol,
            Methods = [method],
            Models = [new ModelRequest
            {
                Architecture = Architecture.BiLstm,
                Hyperparameters = new Hyperparameters(Epochs: epochs),
            }],
        }));

    [Theory]
    [InlineData("../etc/passwd")]
    [InlineData("a/b")]
    [InlineData(".hidden")]
    [InlineData("")]
    public void The_name_of_vectors_cannot_be_a_path_out_of_their_folder(string name) => Assert.Equal(
        ["models[0].vectors"],
        Fields(Requests.Valid with
        {
            Models = [new ModelRequest { Architecture = Architecture.BiLstm, Vectors = name }],
        }));

    [Fact]
    public void A_BERT_needs_a_checkpoint_which_defines_its_sizes()
    {
        var bert = new ModelRequest { Architecture = Architecture.Bert, Checkpoint = "bert-base-uncased" };

        Assert.Empty(Fields(With(bert)));
        Assert.Empty(Fields(With(bert with { Hyperparameters = new Hyperparameters() })));
        Assert.Equal(["models[0].checkpoint"], Fields(With(bert with { Checkpoint = null })));
        Assert.Equal(["models[0].vectors"], Fields(With(bert with { Vectors = "glove" })));
        Assert.Equal(
            ["models[0].hyperparameters.hiddenSize", "models[0].hyperparameters.embeddingSize",
                "models[0].hyperparameters.maxLength"],
            Fields(With(bert with
            {
                Hyperparameters = new Hyperparameters(HiddenSize: 64, EmbeddingSize: 32, MaxLength: 2),
            })));
        Assert.Equal(["models[0].checkpoint"], Fields(With(bert with { Architecture = Architecture.BiLstm })));
        // The models differ only in the checkpoint.
        Assert.Empty(
            Fields(Requests.Valid with { Models = [bert, bert with { Name = "small", Checkpoint = "minilm" }] }));

        static SweepRequest With(ModelRequest model) => Requests.Valid with { Models = [model] };
    }

    [Theory]
    [InlineData("../models/minilm")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData(".minilm.partial")]
    [InlineData("")]
    public void The_name_of_a_checkpoint_cannot_be_a_path_out_of_its_folder(string name) => Assert.Equal(
        ["models[0].checkpoint"],
        Fields(Requests.Valid with
        {
            Models = [new ModelRequest { Architecture = Architecture.Bert, Checkpoint = name }],
        }));

    [Fact]
    public void A_too_long_name_of_a_checkpoint_or_of_vectors_is_refused_with_the_limit()
    {
        var (longest, tooLong) = (new string('a', 200), new string('a', 201));

        Assert.Empty(Errors(longest));
        Assert.Equal(["models[0].checkpoint", "models[1].vectors"], Errors(tooLong).Select(error => error.Field));
        Assert.All(
            Errors(tooLong), error => Assert.Contains("1 to 200 letters", error.Message, StringComparison.Ordinal));

        static List<FieldError> Errors(string name) =>
        [
            .. SweepRules.Check(
                Requests.Valid with
                {
                    Models =
                    [
                        new ModelRequest { Name = "bert", Architecture = Architecture.Bert, Checkpoint = name },
                        new ModelRequest { Name = "lstm", Architecture = Architecture.BiLstm, Vectors = name },
                    ],
                },
                Requests.Dataset),
        ];
    }

    [Fact]
    public void Predicted_splits_must_be_splits_of_the_dataset_without_repeats()
    {
        Assert.Empty(Fields(Requests.Valid with { PredictSplits = [Split.Test, Split.Train] }));
        Assert.Equal(["predictSplits"], Fields(Requests.Valid with { PredictSplits = [] }));
        Assert.Equal(
            ["predictSplits[1]", "predictSplits[2]"],
            Fields(Requests.Valid with { PredictSplits = [Split.Test, Split.Test, Split.Validation] }));
    }

    private static IEnumerable<string> Fields(SweepRequest request) =>
        SweepRules.Check(request, Requests.Dataset).Select(error => error.Field);
}
