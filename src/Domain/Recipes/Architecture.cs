using System.Text.Json.Serialization;

namespace PieService.Domain.Recipes;

public enum Architecture
{
    [JsonStringEnumMemberName("BiLSTM")] BiLstm,
    [JsonStringEnumMemberName("BERT")] Bert,

    /// <summary>A model of another program, whose predictions were imported.</summary>
    [JsonStringEnumMemberName("external")] External,
}
