using System.Text.Json.Serialization;

namespace PieService.Domain.Recipes;

/// <summary>The pruning method, by its name in the paper; dense means that the model is not pruned.</summary>
public enum Method
{
    [JsonStringEnumMemberName("dense")] Dense,
    /// <summary>The compute-matched control: a dense model that is trained as long as the iterative methods.</summary>
    [JsonStringEnumMemberName("dense4E")] Dense4E,
    [JsonStringEnumMemberName("IMP")] Imp,
    [JsonStringEnumMemberName("IMP-WR")] ImpWr,
    [JsonStringEnumMemberName("MP-AI")] MpAi,
    [JsonStringEnumMemberName("IIBP")] Iibp,
    [JsonStringEnumMemberName("IIBP-WR")] IibpWr,
    [JsonStringEnumMemberName("IBP-AI")] IbpAi,
    [JsonStringEnumMemberName("IRP")] Irp,
    [JsonStringEnumMemberName("IRP-WR")] IrpWr,
    [JsonStringEnumMemberName("RP-AI")] RpAi,

    /// <summary>Whatever another program did, whose predictions were imported; also the baseline of such a
    /// comparison.</summary>
    [JsonStringEnumMemberName("external")] External,
}

public static class Methods
{
    /// <summary>Whether the models of this service with this method are not pruned.</summary>
    public static bool IsDense(this Method method) => method is Method.Dense or Method.Dense4E;
}

/// <summary>The score that ranks the weights: |w|, |w * gradient|, or a random number.</summary>
public enum PruningScore { Magnitude, Impact, Random }

/// <summary>When weights are pruned: three times during the training, or once before it.</summary>
public enum PruningSchedule { Iterative, AtInitialization }

/// <summary>
/// The set of weights that are ranked together and that reaches the target sparsity: each prunable tensor by itself
/// (layerWise), or all prunable tensors together (global).
/// </summary>
public enum PruningScope
{
    [JsonStringEnumMemberName("layerWise")] LayerWise,
    [JsonStringEnumMemberName("global")] Global,
}

/// <summary>The parts of a method of the paper: score x schedule x rewinding.</summary>
public sealed record PruningRule(PruningScore Score, PruningSchedule Schedule, bool Rewinds)
{
    /// <summary>Null for the dense methods, and for those of other programs.</summary>
    public static PruningRule? Of(Method method) => method switch
    {
        Method.Dense or Method.Dense4E or Method.External => null,
        Method.Imp => new(PruningScore.Magnitude, PruningSchedule.Iterative, Rewinds: false),
        Method.ImpWr => new(PruningScore.Magnitude, PruningSchedule.Iterative, Rewinds: true),
        Method.MpAi => new(PruningScore.Magnitude, PruningSchedule.AtInitialization, Rewinds: false),
        Method.Iibp => new(PruningScore.Impact, PruningSchedule.Iterative, Rewinds: false),
        Method.IibpWr => new(PruningScore.Impact, PruningSchedule.Iterative, Rewinds: true),
        Method.IbpAi => new(PruningScore.Impact, PruningSchedule.AtInitialization, Rewinds: false),
        Method.Irp => new(PruningScore.Random, PruningSchedule.Iterative, Rewinds: false),
        Method.IrpWr => new(PruningScore.Random, PruningSchedule.Iterative, Rewinds: true),
        Method.RpAi => new(PruningScore.Random, PruningSchedule.AtInitialization, Rewinds: false),
    };
}
