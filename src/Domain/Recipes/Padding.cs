using System.Text.Json.Serialization;

namespace PieService.Domain.Recipes;

/// <summary>What stands where a text has ended, in protocol paper's BiLSTM; in protocol sound pads are not read.</summary>
public enum Padding
{
    /// <summary>The zero vector: the study's IMDB and SNLI.</summary>
    [JsonStringEnumMemberName("zeros")] Zeros,

    /// <summary>The vector of an unknown word, the mean of all: the study's Reuters and AAPD, which pad with the empty string (study 1.14, 9).</summary>
    [JsonStringEnumMemberName("unknownWord")] UnknownWord,
}
