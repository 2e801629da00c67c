using System.Text.Json.Serialization;

namespace PieService.Domain;

/// <summary>Something that is accepted, but is probably not intended or makes results doubtful.</summary>
/// <param name="Code">A code for programs; the codes do not change.</param>
/// <param name="Message">A sentence that names the cause and, if there is one, a remedy.</param>
public sealed record Warning(WarningCode Code, string Message);

public enum WarningCode
{
    /// <summary>A label has fewer than ten training examples.</summary>
    [JsonStringEnumMemberName("fewExamples")] FewExamples,

    /// <summary>Texts occur in more than one split.</summary>
    [JsonStringEnumMemberName("textsInTwoSplits")] TextsInTwoSplits,

    /// <summary>An earlier dataset has the same content.</summary>
    [JsonStringEnumMemberName("sameContent")] SameContent,

    /// <summary>At least half of the training texts have at most one token.</summary>
    [JsonStringEnumMemberName("shortTexts")] ShortTexts,

    /// <summary>Texts have the quotes of a CSV file.</summary>
    [JsonStringEnumMemberName("quotedTexts")] QuotedTexts,

    /// <summary>A sparsity is below 1 percent and looks like a share.</summary>
    [JsonStringEnumMemberName("sparsitiesBelowOne")] SparsitiesBelowOne,

    /// <summary>Pruned models are trained longer than the dense ones with which they are compared.</summary>
    [JsonStringEnumMemberName("trainedLonger")] TrainedLonger,

    /// <summary>Texts are longer than maxLength.</summary>
    [JsonStringEnumMemberName("truncatedTexts")] TruncatedTexts,

    /// <summary>maxLength exceeds the positions of a checkpoint, so every run of the model would fail.</summary>
    [JsonStringEnumMemberName("maxLengthBeyondModel")] MaxLengthBeyondModel,

    /// <summary>The learning rate is too high for a pretrained BERT.</summary>
    [JsonStringEnumMemberName("highLearningRate")] HighLearningRate,

    /// <summary>A batch is larger than the training split.</summary>
    [JsonStringEnumMemberName("batchLargerThanTrain")] BatchLargerThanTrain,

    /// <summary>Less than half of the tokens of the training texts have a word vector.</summary>
    [JsonStringEnumMemberName("lowVectorCoverage")] LowVectorCoverage,

    /// <summary>There is one seed, so the PIEs cannot be distinguished from churn.</summary>
    [JsonStringEnumMemberName("oneSeed")] OneSeed,

    /// <summary>The number of seeds is even, so votes can be tied.</summary>
    [JsonStringEnumMemberName("evenSeeds")] EvenSeeds,

    /// <summary>There are too few dense runs for a noise floor.</summary>
    [JsonStringEnumMemberName("noNoiseFloor")] NoNoiseFloor,

    /// <summary>PIEs rest on tied votes.</summary>
    [JsonStringEnumMemberName("tiedVotes")] TiedVotes,

    /// <summary>More than half of the dense runs have collapsed.</summary>
    [JsonStringEnumMemberName("denseCollapsed")] DenseCollapsed,

    /// <summary>More than half of the pruned runs have collapsed.</summary>
    [JsonStringEnumMemberName("prunedCollapsed")] PrunedCollapsed,

    /// <summary>A bundle states other results than its predictions give.</summary>
    [JsonStringEnumMemberName("statedResultsDiffer")] StatedResultsDiffer,
}
