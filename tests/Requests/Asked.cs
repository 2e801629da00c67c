using System.Globalization;

namespace PieService.Requests;

/// <summary>The parameters that ./pie passes in environment variables.</summary>
internal static class Asked
{
    public static int Number(string name, int byDefault) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture) : byDefault;
}
