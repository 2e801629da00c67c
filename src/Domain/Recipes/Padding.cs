using System.Text.Json.Serialization;

namespace PieService.Domain.Recipes;

/// <summary>
/// The vector after the end of a text in protocol paper's BiLSTM; in protocol sound, padding is not read.
/// </summary>
public enum Padding
{
    /// <summary>The zero vector, as for the study's IMDB and SNLI.</summary>
    [JsonStringEnumMemberName("zeros")] Zeros,

    /// <summary>
    /// The vector of an unknown word, the mean of all vectors, as for the study's Reuters and AAPD, which are padded
    /// with the empty string (study 1.14, 9).
    /// </summary>
    [JsonStringEnumMemberName("unknownWord")] UnknownWord,
}
