using System.Text.Json.Serialization;

namespace PieService.Domain.Recipes;

public enum Architecture
{
    [JsonStringEnumMemberName("BiLSTM")] BiLstm,
    [JsonStringEnumMemberName("BERT")] Bert,
}
