using System.Text.Json;
using PieService.Golden;

namespace PieService.Domain.Tests;

/// <summary>The cases of one section of a file of golden values, which are all compared.</summary>
internal static class GoldenCases
{
    /// <summary>The tolerance of the golden files for values, relative.</summary>
    private const double OfValues = 1e-9;

    /// <summary>The tolerance of the golden files for p values, relative.</summary>
    private const double OfPValues = 1e-7;

    /// <summary>A difference of shares that is 0 exactly is about 1e-16 after rounding.</summary>
    private const double Rounding = 1e-12;

    /// <summary>Compares every case of a section; a section that is one object is one case.</summary>
    public static void Each(string file, string section, Action<JsonElement> compare)
    {
        var golden = GoldenFolder.Json(file).GetProperty(section);
        List<JsonElement> cases = golden.ValueKind == JsonValueKind.Array ? [.. golden.EnumerateArray()] : [golden];
        Assert.NotEmpty(cases);
        cases.ForEach(compare);
    }

    public static int[] Ints(this JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetInt32())];

    public static int[] Ints(this JsonElement golden, string name) => golden.GetProperty(name).Ints();

    public static int[][] Rows(this JsonElement golden, string name) =>
        [.. golden.GetProperty(name).EnumerateArray().Select(Ints)];

    public static double[] Numbers(this JsonElement golden, string name) =>
        [.. golden.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];

    public static int Int(this JsonElement golden, string name) => golden.GetProperty(name).GetInt32();

    public static double Number(this JsonElement golden, string name) => golden.GetProperty(name).GetDouble();

    /// <summary>Null if the member is null.</summary>
    public static double? Optional(this JsonElement golden, string name) =>
        golden.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    /// <summary>Compares values, null only with null.</summary>
    public static void Close(double? expected, double? actual) =>
        Within(expected, actual, (OfValues * Math.Abs(expected ?? 0)) + Rounding);

    public static void Close(IEnumerable<double> expected, IEnumerable<double> actual) =>
        Each(expected, actual, (one, other) => Close(one, other));

    /// <summary>Compares p values, whose tolerance is relative however small they are; null only with null.</summary>
    public static void CloseP(double? expected, double? actual) =>
        Within(expected, actual, OfPValues * (expected ?? 0));

    public static void CloseP(IEnumerable<double> expected, IEnumerable<double> actual) =>
        Each(expected, actual, (one, other) => CloseP(one, other));

    private static void Each(
        IEnumerable<double> expected, IEnumerable<double> actual, Action<double, double> compare)
    {
        double[] all = [.. expected], found = [.. actual];
        Assert.Equal(all.Length, found.Length);
        for (var i = 0; i < all.Length; i++) compare(all[i], found[i]);
    }

    private static void Within(double? expected, double? actual, double tolerance)
    {
        if (expected is not { } value || actual is not { } found) Assert.Equal(expected, actual);
        else Assert.True(Math.Abs(value - found) <= tolerance, $"{found:R} is expected to be {value:R}.");
    }
}
