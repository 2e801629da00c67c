using System.Text.Json.Serialization;

namespace PieService.Domain.Sweeps;

/// <summary>An eighth of the study's grid: one dataset and one model, with 41 cohorts of 30 seeds.</summary>
public enum Preset
{
    [JsonStringEnumMemberName("paper/snli/bilstm")] PaperSnliBiLstm,
    [JsonStringEnumMemberName("paper/snli/bert")] PaperSnliBert,
    [JsonStringEnumMemberName("paper/imdb/bilstm")] PaperImdbBiLstm,
    [JsonStringEnumMemberName("paper/imdb/bert")] PaperImdbBert,
    [JsonStringEnumMemberName("paper/reuters/bilstm")] PaperReutersBiLstm,
    [JsonStringEnumMemberName("paper/reuters/bert")] PaperReutersBert,
    [JsonStringEnumMemberName("paper/aapd/bilstm")] PaperAapdBiLstm,
    [JsonStringEnumMemberName("paper/aapd/bert")] PaperAapdBert,
}
