using System.Text.Json;
using PieService.Api.Pages;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Sweeps;

namespace PieService.Api.Tests.Pages;

public sealed class SweepFormTests
{
    [Fact]
    public void The_request_of_a_form_that_is_made_of_a_request_is_that_request()
    {
        var random = new Random(20);
        for (var i = 0; i < 200; i++)
        {
            var request = Random(random);

            var read = SweepForm.ToJson(SweepForm.Of(request)).Deserialize<SweepRequest>(Json.Options);

            Assert.Equal(Json.Write(request), Json.Write(read));
        }
    }

    [Fact]
    public void A_request_without_compute_matched_runs_has_an_unchecked_box_and_no_such_field()
    {
        var form = SweepForm.Of(new SweepRequest { Name = "study" });

        Assert.False(form.Has("computeMatchedDense", "true"));
        Assert.False(SweepForm.ToJson(form).ContainsKey("computeMatchedDense"));
    }

    private static SweepRequest Random(Random random)
    {
        return new()
        {
            Name = $"study {random.Next()}",
            DatasetId = Guid.CreateVersion7(DateTimeOffset.UnixEpoch),
            Protocol = Maybe(Protocol.Paper),
            Models =
            [
                .. Enumerable.Range(0, random.Next(1, 4)).Select(index => new ModelRequest
                {
                    Name = Flip() ? $"model {index}" : null,
                    Architecture = OneOf(Architecture.BiLstm, Architecture.Bert),
                    Vectors = Flip() ? "glove.6B.100d" : null,
                    Checkpoint = Flip() ? "bert-base-uncased" : null,
                    Device = Maybe(OneOf(Enum.GetValues<DeviceWish>())),
                    Hyperparameters = Flip() ? null : new()
                    {
                        Epochs = random.Next(1, 100),
                        LearningRate = random.Next(1, 1000) / 1e6,
                        Padding = OneOf(Enum.GetValues<Padding>()),
                        Precision = OneOf(Enum.GetValues<Precision>()),
                    },
                }),
            ],
            Methods = Some(Method.Imp, Method.MpAi, Method.RpAi),
            Sparsities = Some(12.5m, 50, 99.000001m),
            Scope = OneOf(Enum.GetValues<PruningScope>()),
            Seeds = new(random.Next(), random.Next(1, 100)),
            ComputeMatchedDense = Flip(),
            ExtraDenseSeeds = random.Next(100),
            PredictSplits = Some(Split.Test, Split.Train),
            ObservationEpochs = Flip() ? null : Some(0, 3, 7),
            KeepModels = OneOf(Enum.GetValues<KeepModels>()),
            Priority = OneOf(Enum.GetValues<Priority>()),
        };

        bool Flip() => random.Next(2) == 0;

        T OneOf<T>(params T[] values) => values[random.Next(values.Length)];

        T? Maybe<T>(T value) where T : struct => Flip() ? value : null;

        T[] Some<T>(params T[] values) => [.. values.Where(_ => Flip())];
    }
}
