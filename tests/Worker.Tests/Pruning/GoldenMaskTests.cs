using System.Text.Json;
using PieService.Domain.Recipes;
using PieService.Golden;
using PieService.Worker.Pruning;
using PieService.Worker.Training;

namespace PieService.Worker.Tests.Pruning;

/// <summary>Compares the masks of protocol paper with those of the published code, by tensor and step.</summary>
public sealed class GoldenMaskTests
{
    public static TheoryData<string> Cases => GoldenFolder.Cases("masks/*");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_mask_equals_the_published_one(string name)
    {
        var (golden, tensors) = (GoldenFolder.Json($"{name}.json"), GoldenFolder.Tensors($"{name}.safetensors"));
        string[] prunable = [.. golden.GetProperty("tensors").EnumerateArray().Select(tensor => tensor.GetString()!)];
        var masks = new Dictionary<(string Series, string Tensor), Mask>();
        var cases = golden.GetProperty("cases").EnumerateArray().ToList();
        Assert.NotEmpty(cases);
        foreach (var one in cases)
        {
            var (score, schedule) = (Text(one, "score"), Text(one, "schedule"));
            var (target, step) = (one.GetProperty("target").GetDecimal(), one.GetProperty("step").GetInt32());
            var percent = PublishedSchedule.PercentPerStep(target, schedule == "iterative" ? 3 : 1);
            Assert.Equal(one.GetProperty("percent_per_step").GetDouble(), percent, 1e-9);
            for (var t = 0; t < prunable.Length; t++)
            {
                var (tensor, series) = (prunable[t], $"{score}.{schedule}.{target}");
                var weights = tensors.Get<float>($"weight.{step}.{tensor}");
                var before = masks.GetValueOrDefault((series, tensor)) ?? Mask.Full(weights.Length);
                var after = score switch
                {
                    "magnitude" => PublishedThreshold.Prune(before, WeightImportance.Magnitude(weights), percent),
                    "impact" => PublishedThreshold.Prune(
                        before, WeightImportance.Impact(weights, tensors.Get<float>($"grad.{step}.{tensor}")), percent),
                    // The published random generator prunes other weights than ours, so only the counts must agree.
                    "random" => LowestScores.Prune(
                        before, WeightImportance.Random(weights.Length, new(0, step, tensor)), weights,
                        before.Pruned + PublishedThreshold.RandomCount(before.Kept, percent), new(0, step, tensor)),
                    _ => throw new InvalidDataException($"{name} has an unknown score {score}."),
                };
                Assert.True(
                    one.GetProperty("survivors")[t].GetInt32() == after.Kept,
                    $"{series}, step {step}, {tensor}: {after.Kept} kept");
                if (score != "random")
                    Assert.True(
                        tensors.Get<byte>($"mask.{series}.{step}.{tensor}").AsSpan().SequenceEqual(after.Values.Span),
                        $"{series}, step {step}, {tensor}");
                masks[(series, tensor)] = after;
            }
        }

        static string Text(JsonElement one, string property) => one.GetProperty(property).GetString()!;
    }
}
