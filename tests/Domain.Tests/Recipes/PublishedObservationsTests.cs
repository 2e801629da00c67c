using System.Security.Cryptography;
using System.Text;
using PieService.Domain.Recipes;
using PieService.Golden;

namespace PieService.Domain.Tests.Recipes;

public class PublishedObservationsTests
{
    /// <summary>The published table: E, and the epochs that are observed.</summary>
    [Theory]
    [InlineData(2, new[] { 0, 1 })]
    [InlineData(39, new[] { 0, 12, 23, 31, 38 })]
    [InlineData(3, new[] { 0, 1, 2 })]
    [InlineData(26, new[] { 0, 8, 16, 21, 25 })]
    [InlineData(14, new[] { 0, 4, 8, 11, 13 })]
    [InlineData(72, new[] { 0, 22, 43, 58, 71 })]
    [InlineData(13, new[] { 0, 4, 8, 10, 12 })]
    [InlineData(50, new[] { 0, 15, 30, 40, 49 })]
    [InlineData(1, new[] { 0 })]
    [InlineData(5, new[] { 0, 2, 3, 4 })] // 0.3 E = 1.5 is rounded to the even 2
    public void The_epochs_of_the_study_are_observed(int epochs, int[] observed) =>
        Assert.Equal(observed, PublishedObservations.Epochs(epochs));

    /// <summary>
    /// The SHA-256 of the lines "E:epochs" for each E that a recipe may have, as the former SQL
    /// function pie_observation_epochs returned them.
    /// </summary>
    [Fact]
    public void The_observations_of_every_number_of_epochs_are_pinned()
    {
        var lines = Enumerable.Range(1, 10_000)
            .Select(epochs => $"{epochs}:{string.Join(',', PublishedObservations.Epochs(epochs))}");

        Assert.Equal(
            "38335ba594df389f41cd42dad01c8637166d4239cf38aac06ca01c6a8e56a833",
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines)))));
    }

    public static TheoryData<string> GoldenTrainings => GoldenFolder.Cases("training/*-dense");

    [Theory]
    [MemberData(nameof(GoldenTrainings))]
    public void Golden_trainings_kept_their_predictions_after_the_same_epochs(string name)
    {
        var golden = GoldenFolder.Json($"{name}.json");

        Assert.Equal(
            golden.GetProperty("train_prediction_epochs").EnumerateArray().Select(epoch => epoch.GetInt32()),
            PublishedObservations.Epochs(golden.GetProperty("E").GetInt32()));
    }
}
