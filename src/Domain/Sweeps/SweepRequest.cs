using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Domain.Sweeps;

/// <summary>The priority among queued runs.</summary>
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
/// A pruning sweep as a client requests it: models x (dense + methods x sparsities) x seeds. Omitted fields have
/// defaults.
/// </summary>
/// <remarks><see cref="SweepRules"/> checks it.</remarks>
public sealed record SweepRequest
{
    /// <summary>
    /// An eighth of the study, which fills in the fields that the request omits. Without a preset, name, models,
    /// methods and seeds are required.
    /// </summary>
    public Preset? Preset { get; init; }

    /// <summary>What the study does not state and its preset cannot know; empty without a preset.</summary>
    [JsonIgnore] public IReadOnlyList<string> Unknowns => Preset is { } preset ? StudyGrid.Unknowns(preset) : [];

    /// <summary>1 to 200 characters.</summary>
    [StringLength(200, MinimumLength = 1)] public string? Name { get; init; }
    [Required] public Guid? DatasetId { get; init; }

    /// <summary>Sound, unless the request or its preset states another protocol.</summary>
    public Protocol? Protocol { get; init; }

    [JsonIgnore] public Protocol ProtocolOrDefault => Protocol ?? Recipes.Protocol.Sound;
    [Length(1, SweepRules.MaxModels)] public IReadOnlyList<ModelRequest>? Models { get; init; }

    /// <summary>
    /// Pruning methods; the dense models are always trained too. If empty, only dense models are trained.
    /// </summary>
    public IReadOnlyList<Method>? Methods { get; init; }

    /// <summary>Shares of weights to remove, in percent, in (0, 100), with at most 6 decimals.</summary>
    [MaxLength(SweepRules.MaxSparsities)] public IReadOnlyList<decimal>? Sparsities { get; init; }
    public PruningScope Scope { get; init; } = PruningScope.LayerWise;
    public SeedRange? Seeds { get; init; }

    /// <summary>
    /// Adds dense runs that are trained as long as the iterative methods, 4E epochs (dense4E), as a second baseline of
    /// each pruned cohort.
    /// </summary>
    public bool ComputeMatchedDense { get; init; }

    /// <summary>
    /// The number of seeds of a second dense cohort for the noise floor; these seeds follow the others. With the value
    /// of seeds.count, the cohort has the same size.
    /// </summary>
    [Range(0, SweepRules.MaxSeeds)] public int ExtraDenseSeeds { get; init; }

    /// <summary>The splits on which models are compared; by default test, which is always predicted.</summary>
    public IReadOnlyList<Split>? PredictSplits { get; init; }

    [JsonIgnore] public IReadOnlyList<Split> PredictSplitsOrDefault => PredictSplits ?? [Split.Test];

    /// <summary>
    /// Epochs (from 0) after which the dense runs' predictions on the training split are kept, for EL2N; epochs that a
    /// model does not have are ignored. By default the study's: 0, .3 E, .6 E and .8 E, rounded, and E - 1; [] keeps
    /// none.
    /// </summary>
    [MaxLength(SweepRules.MaxObservationEpochs)] public IReadOnlyList<int>? ObservationEpochs { get; init; }
    public KeepModels KeepModels { get; init; } = KeepModels.None;
    public Priority Priority { get; init; } = Priority.Normal;
}

/// <summary>One model of a sweep; its dense and pruned cohorts belong together.</summary>
public sealed record ModelRequest
{
    /// <summary>Unique in the sweep; by default the architecture in lower case.</summary>
    [StringLength(200, MinimumLength = 1)] public string? Name { get; init; }

    /// <summary>Required, unless a preset fills it in.</summary>
    public Architecture? Architecture { get; init; }

    /// <summary>The name of word vectors (BiLSTM); without them the embedding is trained.</summary>
    public string? Vectors { get; init; }

    /// <summary>The name of the folder of a pretrained checkpoint; required for BERT.</summary>
    public string? Checkpoint { get; init; }
    public Hyperparameters? Hyperparameters { get; init; }

    [JsonIgnore] public string NameOrDefault => Name ?? (Architecture is { } known ? Wire.Name(known).ToLowerInvariant() : "");

    [JsonIgnore] public Hyperparameters HyperparametersOrDefault => Hyperparameters ?? new Hyperparameters();
}

/// <summary>Seeds first, first + 1, ... first + count - 1.</summary>
public sealed record SeedRange([property: Range(0, int.MaxValue - 1)] int First = 0, [property: Range(1, SweepRules.MaxSeeds)] int Count = 1);
