using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Comparisons;

/// <summary>
/// Twenty examples of the first class. Every dense run gives it the probability 0.7, and every pruned run 0.2, less
/// than to the second class.
/// </summary>
public sealed class ConformalTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const int Examples = 20;

    /// <summary>A set of the dense runs needs one class, and a set of the pruned runs both.</summary>
    [Fact]
    public async Task The_analysis_has_the_sizes_of_the_sets_that_contain_the_gold_label()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await DatasetAsync(), 2, "MP-AI"));
        foreach (var run in await api.Situations.RunsOfAsync(sweep))
        {
            var predictions = Predictions(run.Id, run.Method == Method.Dense ? [7, 2, 1] : [2, 7, 1]);
            Assert.True(await api.Situations.Leases.SucceedAsync(
                await api.Situations.ClaimAsync(run.Id), new(Situations.Outcome, "cpu", [predictions]),
                CancellationToken.None));
        }
        await api.Situations.LabelAsync(sweep);
        var comparison = (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!["id"];

        var analysis = await api.GetAsync($"/api/v1/comparisons/{comparison}/analysis");

        Assert.Equal(
            """{"dense":{"meanSize":1,"coverage":1},"pruned":{"meanSize":2,"coverage":1},"reason":null}""",
            analysis["conformal"]!.ToJsonString());
    }

    private async Task<Dataset> DatasetAsync()
    {
        var id = Guid.CreateVersion7();
        var dataset = new Dataset
        {
            Id = id,
            Name = "of one class",
            Task = LearningTask.SingleLabel,
            Labels = ["no", "maybe", "yes"],
            ContentHash = $"sha256:{id:N}",
            Splits =
            [
                new(Split.Train, 30, [10, 10, 10], new TokenLengths(5, 5, 8, 9), []),
                new(Split.Test, Examples, [Examples, 0, 0], new TokenLengths(5, 5, 8, 9), []),
            ],
            Quality = new(0, 0, 0, 0, 0),
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        await using var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync();
        db.Datasets.Add(dataset);
        db.Examples.AddRange(Enumerable.Range(0, Examples).Select(position => new Example
        {
            DatasetId = id,
            Split = Split.Test,
            Position = position,
            Id = Example.IdOf(id, Split.Test, position),
            SourceId = $"test:{position}",
            Text = $"text {position}",
            Labels = [0],
        }));
        await db.SaveChangesAsync();
        return dataset;
    }

    /// <param name="odds">The probabilities of the classes, times a number.</param>
    private static RunPredictions Predictions(Guid run, double[] odds) => new()
    {
        RunId = run,
        Split = Split.Test,
        Examples = Examples,
        ClassCount = 3,
        Classes = [
            .. Enumerable.Repeat(BitConverter.GetBytes((ushort)Array.IndexOf(odds, odds.Max())), Examples)
                .SelectMany(bytes => bytes)],
        Scores = [
            .. Enumerable.Repeat(odds, Examples).SelectMany(row => row)
                .SelectMany(odd => BitConverter.GetBytes((Half)Math.Log(odd)))],
    };
}
