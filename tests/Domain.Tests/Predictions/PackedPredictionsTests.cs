using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Predictions;

public class PackedPredictionsTests
{
    [Fact]
    public void Classes_are_little_endian_uint16() => Assert.Equal(513, PackedPredictions.ClassAt([9, 9, 1, 2], 1));

    [Fact]
    public void Scores_are_little_endian_float16_example_by_example()
    {
        byte[] scores = [.. new[] { 1.5f, -2f, 0.25f, 65504f }.SelectMany(score => BitConverter.GetBytes((Half)score))];

        Assert.Equal([0.25f, 65504f], PackedPredictions.ScoresAt(scores, 1, 2));
    }

    [Fact]
    public void The_hash_is_sha256_over_classes_then_scores() => Assert.Equal(
        // printf '\x01\x00\x00\x3c' | sha256sum
        "sha256:9ba124cb67b7230d8f14ca85d6675d2279862c357643aa3732e54c9cc98f72cd",
        PackedPredictions.Hash([1, 0], [0, 0x3c]));
}
