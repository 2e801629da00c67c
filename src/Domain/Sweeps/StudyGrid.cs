using System.Text.Json.Nodes;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Domain.Sweeps;

/// <summary>
/// The study's 9,840 runs as eight requests: the values that each preset fills in, and the parts of the study that it
/// cannot.
/// </summary>
public static class StudyGrid
{
    private const string Vectors = "glove.840B.300d", Checkpoint = "bert-base-uncased";
    private const int HiddenSize = 100;

    /// <summary>The methods of its tables (1.1); IRP-WR is in its code but not in the tables.</summary>
    private static readonly Method[] Methods =
        [Method.Imp, Method.ImpWr, Method.MpAi, Method.Iibp, Method.IibpWr, Method.IbpAi, Method.Irp, Method.RpAi];

    private static readonly int[] Sparsities = [20, 50, 70, 90, 99];

    /// <summary>The hyperparameters that the study found by a search.</summary>
    private static Training TrainingOf(Preset preset) => preset switch
    {
        Preset.PaperSnliBert =>
            new(Architecture.Bert, Epochs: 2, LearningRate: 3.586e-5, BatchSize: 256, MaxLength: 128),
        Preset.PaperSnliBiLstm =>
            new(Architecture.BiLstm, Epochs: 39, LearningRate: 7.007e-4, BatchSize: 4096, MaxLength: 128),
        Preset.PaperImdbBert =>
            new(Architecture.Bert, Epochs: 3, LearningRate: 2.693e-5, BatchSize: 32, MaxLength: 512),
        Preset.PaperImdbBiLstm =>
            new(Architecture.BiLstm, Epochs: 26, LearningRate: 1.477e-3, BatchSize: 1024, MaxLength: 512),
        Preset.PaperReutersBert =>
            new(Architecture.Bert, Epochs: 14, LearningRate: 5.495e-5, BatchSize: 128, MaxLength: 256),
        Preset.PaperReutersBiLstm =>
            new(Architecture.BiLstm, Epochs: 72, LearningRate: 1.863e-3, BatchSize: 512, MaxLength: 256,
                Padding.UnknownWord),
        Preset.PaperAapdBert =>
            new(Architecture.Bert, Epochs: 13, LearningRate: 7.843331259686159e-5, BatchSize: 256, MaxLength: 256),
        Preset.PaperAapdBiLstm =>
            new(Architecture.BiLstm, Epochs: 50, LearningRate: 1.977462824914604e-3, BatchSize: 2048, MaxLength: 256,
                Padding.UnknownWord),
    };

    /// <summary>What the study does not state, and what is done here instead.</summary>
    public static IReadOnlyList<string> Unknowns(Preset preset) =>
    [
        .. preset switch
        {
            Preset.PaperImdbBiLstm or Preset.PaperImdbBert =>
            [
                "how the study divided IMDB's 25,000 training reviews into train and validation; this service uses " +
                "the dataset's own splits",
            ],
            Preset.PaperReutersBiLstm or Preset.PaperReutersBert =>
            [
                "which Reuters the study used: its file and list of labels are not published; the scores of its " +
                "collapsed models suggest at most about 28 labels, not the 90 of ModApte; this service uses the " +
                "dataset's own labels",
            ],
            Preset.PaperAapdBiLstm or Preset.PaperAapdBert =>
            [
                "which split of AAPD the study trained on: its loader ignores the split's name; this service uses " +
                "the dataset's own splits",
            ],
            _ => Array.Empty<string>(),
        },
        "after which early epoch the study computed EL2N: this service uses the first of the five that it saved, " +
        "and keeps all",
        "whether the study chose its hyperparameters on the test split: its published search loads the test split",
    ];

    /// <summary>
    /// Adds the values of its preset to a request, as JSON, for every field that the request omits or has as null, and
    /// also to each of its models of the preset's architecture. The study predicted both splits; its influence is that
    /// of the training examples.
    /// </summary>
    public static void FillIn(JsonObject sent, Preset preset)
    {
        var training = TrainingOf(preset);
        // Pads are read only in protocol paper.
        if (sent["protocol"] is { } protocol && !JsonNode.DeepEquals(protocol, Wire.Name(Protocol.Paper)))
            training = training with { Padding = Padding.Zeros };
        if (sent["models"] is JsonArray models)
        {
            foreach (var model in models.OfType<JsonObject>())
            {
                if (model["architecture"] is not { } architecture || JsonNode.DeepEquals(
                    architecture, Wire.Name(training.Architecture))) FillIn(model, ModelOf(training));
            }
        }
        var trainsDenseAlone = sent["methods"] is JsonArray { Count: 0 };
        FillIn(sent, new JsonObject
        {
            ["name"] = Wire.Name(preset),
            ["protocol"] = Wire.Name(Protocol.Paper),
            ["models"] = new JsonArray(ModelOf(training)),
            ["methods"] = new JsonArray([.. Methods.Select(method => (JsonNode)Wire.Name(method))]),
            ["sparsities"] = new JsonArray(
                [.. trainsDenseAlone ? [] : Sparsities.Select(percent => (JsonNode)percent)]),
            ["predictSplits"] = new JsonArray(Wire.Name(Split.Test), Wire.Name(Split.Train)),
            ["seeds"] = new JsonObject { ["first"] = 0, ["count"] = 30 },
        });
    }

    private static JsonObject ModelOf(Training training)
    {
        var hyperparameters = new JsonObject
        {
            ["epochs"] = training.Epochs,
            ["batchSize"] = training.BatchSize,
            ["learningRate"] = training.LearningRate,
            ["maxLength"] = training.MaxLength,
        };
        var model = new JsonObject
        {
            ["architecture"] = Wire.Name(training.Architecture),
            ["hyperparameters"] = hyperparameters,
        };
        if (training.Architecture == Architecture.Bert)
        {
            model["checkpoint"] = Checkpoint;
        }
        else
        {
            model["vectors"] = Vectors;
            hyperparameters["hiddenSize"] = HiddenSize;
            if (training.Padding != Padding.Zeros) hyperparameters["padding"] = Wire.Name(training.Padding);
        }
        return model;
    }

    private static void FillIn(JsonObject sent, JsonObject preset)
    {
        foreach (var (field, value) in preset)
        {
            if (sent[field] is null) sent[field] = value!.DeepClone();
            else if (sent[field] is JsonObject inner && value is JsonObject more) FillIn(inner, more);
        }
    }

    /// <param name="LearningRate">Adam's, constant.</param>
    /// <param name="MaxLength">Tokens.</param>
    private sealed record Training(
        Architecture Architecture, int Epochs, double LearningRate, int BatchSize, int MaxLength,
        Padding Padding = Padding.Zeros);
}
