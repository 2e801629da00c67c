using System.Globalization;

namespace PieService.Requests;

/// <summary>What ./pie asks for, by the environment.</summary>
internal static class Asked
{
    public static int Number(string name, int byDefault) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture) : byDefault;
}
