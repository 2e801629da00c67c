using System.Text.Json.Nodes;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;

namespace PieService.Api.Tests.SweepAnalysis;

/// <summary>
/// A sweep of two methods at two sparsities, with six seeds and a second dense cohort of two, over eight examples with
/// gold classes 0 1 2 0 1 2 0 1. The dense runs are right, but for two seeds on examples 6 and 7. The pruned runs are
/// right, but predict the next class for their PIEs; four of the six do so where a PIE is not significant. The second
/// dense cohort predicts 1 for example 0, as the pruned runs do.
/// </summary>
internal sealed record StudiedSweep(Guid Id, IReadOnlyDictionary<string, Guid> Comparisons)
{
    public const int Seeds = 6;

    public static readonly IReadOnlyDictionary<string, int[]> Pies = new Dictionary<string, int[]>
    {
        ["IMP 50"] = [0],
        ["IMP 90"] = [0, 3],
        ["MP-AI 50"] = [0, 4],
        ["MP-AI 90"] = [0, 3, 4, 5],
    };

    /// <summary>The PIEs for which two of the six pruned runs are right.</summary>
    private static readonly HashSet<(string, int)> Uncertain = [("IMP 50", 0), ("MP-AI 90", 5)];

    public static async Task<StudiedSweep> LabelledAsync(ApiFixture api)
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), Seeds, "IMP", "MP-AI");
        (request["sparsities"], request["extraDenseSeeds"]) = (new JsonArray(50, 90), 2);
        return await LabelledAsync(api, request, Answer);
    }

    public static async Task<StudiedSweep> LabelledAsync(
        ApiFixture api, JsonObject request, Func<Run, int, int> answers)
    {
        var sweep = await api.SubmitAsync(request);
        await api.Situations.TrainAsync(sweep, answers);
        await api.Situations.LabelAsync(sweep);
        return await OfAsync(api, sweep);
    }

    /// <summary>A sweep whose comparisons have different methods and sparsities, labelled or not.</summary>
    public static async Task<StudiedSweep> OfAsync(ApiFixture api, Guid sweep)
    {
        var comparisons = (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]!.AsArray();
        return new(
            sweep,
            comparisons.ToDictionary(row => $"{row!["method"]} {row["sparsity"]}", row => (Guid)row!["id"]!));
    }

    /// <summary>The names of comparisons of a row, from their ids.</summary>
    public IEnumerable<string> Names(JsonNode? ids) =>
        ids!.AsArray().Select(id => Comparisons.Single(comparison => comparison.Value == (Guid)id!).Key);

    public static int Answer(Run run, int position)
    {
        var gold = position % 3;
        if (run.Seed >= Seeds) return position == 0 ? 1 : gold;
        if (run.Method == Method.Dense) return position >= 6 && run.Seed < 2 ? (gold + 2) % 3 : gold;
        var name = $"{Domain.Wire.Name(run.Method)} {run.Sparsity:0}";
        var isWrong = Pies[name].Contains(position) && (run.Seed < 4 || !Uncertain.Contains((name, position)));
        return isWrong ? (gold + 1) % 3 : gold;
    }
}
