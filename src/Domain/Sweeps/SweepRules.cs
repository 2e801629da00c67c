using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Domain.Sweeps;

/// <summary>The conditions that a sweep request must meet; reports all faults at once.</summary>
public static class SweepRules
{
    public const int MaxModels = 20;
    public const int MaxSparsities = 50;
    public const int MaxSeeds = 1000;
    public const int MaxRuns = 100_000;
    public const int MaxObservationEpochs = 1000;
    public const int MinBertLength = 3;

    /// <summary>
    /// The limit of one split's packed predictions: PostgreSQL stores values below 1 GiB, and its messages have the
    /// same limit.
    /// </summary>
    public const long MaxPredictionBytes = 1_000_000_000;

    /// <summary>
    /// The limit of those that a trainer computes: it sends those of a split as one line in base64, four characters for
    /// three bytes, and a string of .NET has less than 2^30 characters.
    /// </summary>
    public const long MaxTrainedBytes = 800_000_000;

    /// <param name="dataset">The dataset of the request; null if no dataset has that id.</param>
    /// <param name="methodsAreKnown">Whether every method of the request could be read. If not, the others may be
    /// none.</param>
    public static IReadOnlyList<FieldError> Check(
        SweepRequest request, Dataset? dataset, bool methodsAreKnown = true) =>
    [
        .. Names(request),
        .. DatasetOf(request, dataset),
        .. SizeOf(dataset),
        .. Models(request),
        .. Grid(request, methodsAreKnown),
        .. LastSegments(request),
        .. Paddings(request),
        .. Seeds(request),
        .. PredictSplits(request, dataset),
        .. ObservationEpochs(request),
    ];

    private static IEnumerable<FieldError> Names(SweepRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Name)) yield return new("name", "is required: 1 to 200 characters");
        else if (!FieldError.IsName(request.Name))
            yield return new("name", "must have 1 to 200 characters, none of them a control character");
    }

    private static IEnumerable<FieldError> DatasetOf(SweepRequest request, Dataset? dataset)
    {
        if (request.DatasetId is null) yield return new("datasetId", "is required: the id of an imported dataset");
        else if (dataset is null)
            yield return new("datasetId", "is not the id of a dataset; GET /api/v1/datasets lists them");
        else if (dataset.MissingSplits is [var missing, ..])
            yield return new(
                "datasetId",
                $"has no {Wire.Name(missing)} split: it was made of imported predictions, and no model can be trained "
                + "on it; import the texts as a dataset");
        else if (dataset.Task == LearningTask.MultiLabel && request.ProtocolOrDefault == Protocol.Sound
            && dataset.Splits.All(split => split.Split != Split.Validation)
            && dataset.Splits.Any(split => split is { Split: Split.Train, Examples: < 2 }))
            yield return new(
                "datasetId",
                "has one training example and no validation split, so there is no example to tune the labels' " +
                "threshold on; import it with a validation split");
    }

    /// <summary>
    /// Applies to every split, requested or not: a training computes scores for each, for train during the training.
    /// </summary>
    private static IEnumerable<FieldError> SizeOf(Dataset? dataset) =>
        from split in dataset?.Splits ?? []
        let labels = dataset!.Labels.Length
        let bytes = split.Examples * (labels + 1L) * 2
        where bytes > MaxTrainedBytes
        select new FieldError("datasetId", string.Create(CultureInfo.InvariantCulture,
            $"has {split.Examples} {Wire.Name(split.Split)} examples and {labels} labels: a run's predictions would " +
            $"take {bytes} bytes (2 for each example and for each pair of example and label), but the limit is " +
            $"{MaxTrainedBytes}; import fewer examples or labels"));

    private static IEnumerable<FieldError> Models(SweepRequest request)
    {
        if (request.Models is not { Count: > 0 } models)
        {
            yield return new("models", "is required: at least one model");
            yield break;
        }
        if (models.Count > MaxModels) yield return new("models", $"must have at most {MaxModels} entries");

        for (var i = 0; i < models.Count; i++)
        {
            var (model, at) = (models[i], $"models[{i}]");
            if (model is null)
            {
                yield return new(at, "must be a model, not null");
                continue;
            }
            if (model.Architecture is null or Architecture.External)
                yield return new($"{at}.architecture", "is required: BiLSTM or BERT");
            if (model.Name is { } name && !FieldError.IsName(name))
                yield return new($"{at}.name", "must have 1 to 200 characters, none of them a control character");
            if (models.Take(i)
                .Any(earlier => earlier?.NameOrDefault == model.NameOrDefault && model.NameOrDefault != ""))
                yield return new(
                    $"{at}.name",
                    $"'{model.NameOrDefault}' is taken by another model of this sweep; give each its own name");
            else if (models.Take(i).Any(earlier => earlier is not null && SameRecipe(earlier, model)))
                yield return new(at, "trains the same as an earlier model of this sweep; change or remove it");
            foreach (var error in model.Architecture == Architecture.Bert
                ? Pretrained(model, at) : Recurrent(model, at)) yield return error;
            if (model.HyperparametersOrDefault.Precision == Precision.Tf32 && model.DeviceOrDefault != DeviceWish.Cuda)
                yield return new(
                    $"{at}.hyperparameters.precision",
                    $"tf32 is computed by GPUs only: set {at}.device to cuda, or omit it");
            foreach (var error in HyperparametersOf(model.HyperparametersOrDefault, $"{at}.hyperparameters"))
                yield return error;
        }
    }

    private static IEnumerable<FieldError> Recurrent(ModelRequest model, string at)
    {
        if (model.Checkpoint is not null) yield return new($"{at}.checkpoint", "is for BERT; a BiLSTM takes vectors");
        if (model.Vectors is { } vectors && !FieldError.IsFileName(vectors))
            yield return new(
                $"{at}.vectors", $"must be the name of a vectors file without its ending: {FieldError.FileNameRule}");
        if (model.HyperparametersOrDefault.Precision == Precision.Bf16)
            yield return new(
                $"{at}.hyperparameters.precision", "is for BERT; a BiLSTM uses float32, or tf32 on a GPU: omit it");
    }

    private static IEnumerable<FieldError> Pretrained(ModelRequest model, string at)
    {
        if (model.Checkpoint is null)
            yield return new(
                $"{at}.checkpoint",
                "is required for BERT: the name of a pretrained checkpoint, as GET /api/v1/models lists them");
        else if (!FieldError.IsFileName(model.Checkpoint))
            yield return new(
                $"{at}.checkpoint", $"must be the name of a checkpoint's folder: {FieldError.FileNameRule}");
        if (model.Vectors is not null)
            yield return new($"{at}.vectors", "is for BiLSTM; a BERT has the embedding of its checkpoint");

        var (hyper, unset) = (model.HyperparametersOrDefault, new Hyperparameters());
        // A request that was answered contains them with their defaults, and it may be sent again.
        if (hyper.HiddenSize != unset.HiddenSize)
            yield return new(
                $"{at}.hyperparameters.hiddenSize", "is for BiLSTM; a BERT has the sizes of its checkpoint: omit it");
        if (hyper.EmbeddingSize != unset.EmbeddingSize)
            yield return new(
                $"{at}.hyperparameters.embeddingSize",
                "is for BiLSTM; a BERT has the sizes of its checkpoint: omit it");
        if (hyper.MaxLength is > 0 and < MinBertLength)
            yield return new(
                $"{at}.hyperparameters.maxLength",
                $"must be at least {MinBertLength} for BERT, which adds [CLS] before a text and [SEP] after it, or " +
                "after each text of a pair");
    }

    private static bool SameRecipe(ModelRequest a, ModelRequest b) =>
        a.Architecture is not null && a.Architecture == b.Architecture && Fingerprint(a) == Fingerprint(b);

    private static string Fingerprint(ModelRequest model) => RecipeFingerprint.Of(new Recipe(
        "", model.Architecture!.Value, model.Vectors, model.HyperparametersOrDefault, Protocol.Sound, Method.Dense, 0,
        Checkpoint: model.Checkpoint));

    /// <summary>
    /// The ranges are attributes of the hyperparameters themselves, where the API's documentation finds them too.
    /// </summary>
    private static IEnumerable<FieldError> HyperparametersOf(Hyperparameters hyper, string at) =>
        from property in typeof(Hyperparameters).GetProperties()
        let range = property.GetCustomAttribute<RangeAttribute>()
        where range is not null && !range.IsValid(property.GetValue(hyper))
        select new FieldError(
            $"{at}.{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"must be {(range.MinimumIsExclusive ? "above" : "from")} {range.Minimum} "
                    + $"{(range.MinimumIsExclusive ? "and at most" : "to")} {range.Maximum}"));

    private static IEnumerable<FieldError> Grid(SweepRequest request, bool methodsAreKnown)
    {
        var (methods, sparsities) = (request.Methods ?? [], request.Sparsities ?? []);
        if (request.Methods is null) yield return new("methods", "is required; [] trains dense models only");
        if (methods.Count > 0 && sparsities.Count == 0)
            yield return new("sparsities", "is required: at least one percentage in (0, 100)");
        if (methodsAreKnown && methods.Count == 0 && sparsities.Count > 0)
            yield return new("sparsities", "must be empty if there are no methods");
        if (sparsities.Count > MaxSparsities)
            yield return new("sparsities", $"must have at most {MaxSparsities} entries");

        for (var i = 0; i < methods.Count; i++)
        {
            if (PruningRule.Of(methods[i]) is null)
                yield return new($"methods[{i}]", "must be a pruning method; dense models are always trained too");
            else if (methods.Take(i).Contains(methods[i]))
                yield return new($"methods[{i}]", $"repeats {Wire.Name(methods[i])}");
        }
        for (var i = 0; i < sparsities.Count; i++)
        {
            if (sparsities[i] is <= 0 or >= 100) yield return new($"sparsities[{i}]", "must be > 0 and < 100");
            else if (sparsities[i] != decimal.Round(sparsities[i], 6))
                yield return new($"sparsities[{i}]", "must have at most 6 decimals");
            else if (sparsities.Take(i).Contains(sparsities[i]))
                yield return new($"sparsities[{i}]", $"repeats {sparsities[i]}");
        }
    }

    /// <summary>
    /// In protocol paper the last of the four segments has E - 1 epochs, and a rewound model is trained in that segment
    /// alone.
    /// </summary>
    private static IEnumerable<FieldError> LastSegments(SweepRequest request)
    {
        if (request.ProtocolOrDefault != Protocol.Paper
            || request.Methods?.Any(method => PruningRule.Of(method) is { Rewinds: true }) != true) yield break;
        for (var i = 0; i < (request.Models?.Count ?? 0); i++)
            if (request.Models![i]?.HyperparametersOrDefault.Epochs == 1)
                yield return new(
                    $"models[{i}].hyperparameters.epochs",
                    "must be at least 2 in protocol paper with a -WR method, which would not be trained after its last "
                        + "rewinding");
    }

    /// <summary>With an option that has no effect, the same training would have several recipes.</summary>
    private static IEnumerable<FieldError> Paddings(SweepRequest request)
    {
        for (var i = 0; i < (request.Models?.Count ?? 0); i++)
            if (request.Models![i] is { } model && model.HyperparametersOrDefault.Padding != Padding.Zeros
                && (request.ProtocolOrDefault != Protocol.Paper || model.Architecture != Architecture.BiLstm))
                yield return new(
                    $"models[{i}].hyperparameters.padding",
                    "is for a BiLSTM in protocol paper, which reads pads like words; omit it");
    }

    private static IEnumerable<FieldError> Seeds(SweepRequest request)
    {
        if (request.Seeds is not { } seeds)
        {
            yield return new("seeds", "is required: { \"first\": 0, \"count\": 5 }");
            yield break;
        }
        if (seeds.First < 0) yield return new("seeds.first", "must be >= 0");
        if (seeds.Count is < 1 or > MaxSeeds) yield return new("seeds.count", $"must be from 1 to {MaxSeeds}");
        else if (seeds.First > int.MaxValue - seeds.Count)
            yield return new("seeds.first", $"must be at most {int.MaxValue - seeds.Count}");
        if (request.ExtraDenseSeeds is < 0 or > MaxSeeds)
            yield return new(
                "extraDenseSeeds",
                $"must be from 0 to {MaxSeeds}; the value of seeds.count gives a second cohort of the same size");
        else if (seeds is { First: >= 0, Count: >= 1 and <= MaxSeeds }
            && (long)seeds.First + seeds.Count + request.ExtraDenseSeeds > int.MaxValue)
            yield return new(
                "extraDenseSeeds",
                "needs seeds beyond the largest (2147483647), since they follow seeds.first + seeds.count; use a " +
                "smaller seeds.first");

        var cohorts = (request.ComputeMatchedDense ? 2L : 1L)
            + (request.Methods?.Count ?? 0) * (request.Sparsities?.Count ?? 0);
        var runs = (request.Models?.Count ?? 0) * ((cohorts * seeds.Count) + Math.Max(0, request.ExtraDenseSeeds));
        if (seeds.Count <= MaxSeeds && runs > MaxRuns)
            yield return new("seeds.count", $"makes {runs} runs; a sweep has at most {MaxRuns}");
    }

    private static IEnumerable<FieldError> PredictSplits(SweepRequest request, Dataset? dataset)
    {
        if (request.PredictSplits is not { } splits) yield break;
        if (splits.Count == 0) yield return new("predictSplits", "must name at least one split, or be omitted");
        for (var i = 0; i < splits.Count; i++)
        {
            if (splits.Take(i).Contains(splits[i]))
                yield return new($"predictSplits[{i}]", $"repeats {Wire.Name(splits[i])}");
            else if (dataset is not null && dataset.Splits.All(summary => summary.Split != splits[i]))
                yield return new($"predictSplits[{i}]", $"the dataset has no {Wire.Name(splits[i])} split");
        }
    }

    private static IEnumerable<FieldError> ObservationEpochs(SweepRequest request)
    {
        if (request.ObservationEpochs is not { } epochs) yield break;
        if (epochs.Count > MaxObservationEpochs)
            yield return new("observationEpochs", $"must have at most {MaxObservationEpochs} entries");
        for (var i = 0; i < epochs.Count; i++)
            if (epochs[i] < 0)
                yield return new(
                    $"observationEpochs[{i}]",
                    "must be >= 0; epochs count from 0, and those that a model does not have are ignored");
    }
}
