using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Domain.Sweeps;

/// <summary>The priority of the waiting runs of a sweep.</summary>
public enum Priority
{
    [JsonStringEnumMemberName("high")] High,
    [JsonStringEnumMemberName("normal")] Normal,
    [JsonStringEnumMemberName("bulk")] Bulk,
}

/// <summary>Whether trained models are kept after their predictions are stored.</summary>
public enum KeepModels
{
    [JsonStringEnumMemberName("none")] None,
    [JsonStringEnumMemberName("last")] Last,
}

/// <summary>
/// A request for a pruning sweep: models x (dense + methods x sparsities) x seeds. A field that is left out has its
/// default value.
/// </summary>
/// <remarks><see cref="SweepRules"/> checks the values.</remarks>
public sealed record SweepRequest
{
    /// <summary>
    /// The name of a preset, an eighth of the study's grid, which supplies all fields that the request leaves out.
    /// Without a preset, name, models, methods and seeds are required.
    /// </summary>
    public Preset? Preset { get; init; }

    /// <summary>The details of the study that the preset cannot determine; empty without a preset.</summary>
    [JsonIgnore] public IReadOnlyList<string> Unknowns => Preset is { } preset ? StudyGrid.Unknowns(preset) : [];

    /// <summary>The name of the sweep, 1 to 200 characters.</summary>
    [StringLength(200, MinimumLength = 1)] public string? Name { get; init; }

    /// <summary>The id of the dataset.</summary>
    [Required] public Guid? DatasetId { get; init; }

    /// <summary>The protocol. The default is that of the preset, or sound without a preset.</summary>
    public Protocol? Protocol { get; init; }

    [JsonIgnore] public Protocol ProtocolOrDefault => Protocol ?? Recipes.Protocol.Sound;

    /// <summary>
    /// The models, each with its hyperparameters. Each is trained with all methods, sparsities and seeds.
    /// </summary>
    [Length(1, SweepRules.MaxModels)] public IReadOnlyList<ModelRequest>? Models { get; init; }

    /// <summary>
    /// The pruning methods. The dense models are always trained too; an empty list means dense models only.
    /// </summary>
    [DeniedValues(Method.Dense, Method.Dense4E, Method.External)] public IReadOnlyList<Method>? Methods { get; init; }

    /// <summary>
    /// The target sparsities: shares of weights to remove, in percent, in (0, 100), with at most 6 decimals.
    /// </summary>
    [MaxLength(SweepRules.MaxSparsities)] public IReadOnlyList<decimal>? Sparsities { get; init; }
    public PruningScope Scope { get; init; } = PruningScope.LayerWise;
    public SeedRange? Seeds { get; init; }

    /// <summary>
    /// Whether to add dense runs that are trained as long as the iterative methods, for 4E epochs (dense4E), as a
    /// second baseline for each pruned cohort.
    /// </summary>
    public bool ComputeMatchedDense { get; init; }

    /// <summary>
    /// The number of seeds of a second dense cohort for the noise floor; they follow the seeds of the sweep. With as
    /// many as seeds.count, the second cohort is as large as the first.
    /// </summary>
    [Range(0, SweepRules.MaxSeeds)] public int ExtraDenseSeeds { get; init; }

    /// <summary>The splits on which models are compared. The default is test, which is always predicted.</summary>
    public IReadOnlyList<Split>? PredictSplits { get; init; }

    [JsonIgnore] public IReadOnlyList<Split> PredictSplitsOrDefault => PredictSplits ?? [Split.Test];

    /// <summary>
    /// The epochs (0-based) after which the predictions of the dense runs on the training split are kept, for EL2N;
    /// epochs that a model does not have are ignored. The default is the study's: 0, .3 E, .6 E and .8 E, rounded, and
    /// E - 1; [] keeps none.
    /// </summary>
    [MaxLength(SweepRules.MaxObservationEpochs)] public IReadOnlyList<int>? ObservationEpochs { get; init; }
    public KeepModels KeepModels { get; init; } = KeepModels.None;
    public Priority Priority { get; init; } = Priority.Normal;
}

/// <summary>A model of a sweep; its dense and pruned cohorts belong together.</summary>
public sealed record ModelRequest
{
    /// <summary>The name of the model, unique in the sweep. The default is the architecture in lower case.</summary>
    [StringLength(200, MinimumLength = 1)] public string? Name { get; init; }

    /// <summary>The architecture. Required unless a preset supplies it.</summary>
    [DeniedValues(Recipes.Architecture.External)]
    public Architecture? Architecture { get; init; }

    /// <summary>The name of the word vectors (BiLSTM). Without them the embedding is trained.</summary>
    public string? Vectors { get; init; }

    /// <summary>
    /// The name of the pretrained checkpoint, which is the name of its folder (BERT, for which it is required).
    /// </summary>
    public string? Checkpoint { get; init; }
    public Hyperparameters? Hyperparameters { get; init; }

    /// <summary>
    /// The type of device that trains the runs of the model. The default is any. It is not part of the recipe: a run
    /// that another sweep has trained, or trains, is used whatever its device is.
    /// </summary>
    public DeviceWish? Device { get; init; }

    [JsonIgnore] public DeviceWish DeviceOrDefault => Device ?? DeviceWish.Any;

    [JsonIgnore]
    public string NameOrDefault =>
        Name ?? (Architecture is { } known ? Wire.Name(known).ToLowerInvariant() : "");

    [JsonIgnore] public Hyperparameters HyperparametersOrDefault => Hyperparameters ?? new Hyperparameters();
}

/// <summary>The seeds first, first + 1, ..., first + count - 1.</summary>
/// <param name="First">The first seed.</param>
/// <param name="Count">The number of seeds: the runs of each cohort have the seeds first, first + 1, ….</param>
public sealed record SeedRange(
    [property: Range(0, int.MaxValue - 1)] int First = 0, [property: Range(1, SweepRules.MaxSeeds)] int Count = 1);
