using System.Text.Json.Serialization;

namespace PieService.Domain.Foreign;

/// <summary>How the examples of files are found among those of an existing dataset.</summary>
public enum ExampleMatch
{
    [JsonStringEnumMemberName("sourceId")] SourceId,
    [JsonStringEnumMemberName("position")] Position,
    [JsonStringEnumMemberName("text")] Text,
}

/// <summary>The handling of an answer from which no label was taken.</summary>
public enum NoAnswerRule
{
    /// <summary>It is the extra label <c>(none)</c>, which is wrong.</summary>
    [JsonStringEnumMemberName("label")] Label,
    [JsonStringEnumMemberName("error")] Error,
}

/// <summary>The handling of examples that not every run has.</summary>
public enum MissingRule
{
    [JsonStringEnumMemberName("error")] Error,

    /// <summary>They are left out and counted.</summary>
    [JsonStringEnumMemberName("intersect")] Intersect,
}

/// <summary>The meaning of the scores of a file.</summary>
public enum ScoreKind
{
    [JsonStringEnumMemberName("logits")] Logits,

    /// <summary>Probabilities, of single-label data with the sum 1.</summary>
    [JsonStringEnumMemberName("probabilities")] Probabilities,

    /// <summary>Logarithms of probabilities, of which minus infinity is one.</summary>
    [JsonStringEnumMemberName("logLikelihoods")] LogLikelihoods,
}

/// <summary>The score by which a multiple-choice answer of lm-evaluation-harness is chosen.</summary>
public enum PredictBy
{
    [JsonStringEnumMemberName("acc")] Likelihood,

    /// <summary>Divided by the characters of the choice.</summary>
    [JsonStringEnumMemberName("acc_norm")] PerCharacter,

    /// <summary>Divided by the UTF-8 bytes of the choice.</summary>
    [JsonStringEnumMemberName("acc_bytes")] PerByte,
}
