using System.Text.Json.Serialization;

namespace PieService.Domain.Recipes;

/// <summary>
/// The padding after the end of a text for a BiLSTM with the protocol paper. With the protocol sound, padding is not
/// read.
/// </summary>
public enum Padding
{
    /// <summary>The zero vector, as in the study for IMDB and SNLI.</summary>
    [JsonStringEnumMemberName("zeros")] Zeros,

    /// <summary>
    /// The vector of an unknown word, which is the mean of all vectors, as in the study for Reuters and AAPD: it pads
    /// with the empty string.
    /// </summary>
    [JsonStringEnumMemberName("unknownWord")] UnknownWord,
}
