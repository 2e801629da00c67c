using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Pies;

/// <summary>The predictions of a run for single-label data of three classes.</summary>
internal static class Answers
{
    public static PackedLabels Packed(params int[] classes) => PackedLabels.OfClasses(3, classes);
}
