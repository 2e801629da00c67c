using System.Globalization;

namespace PieService.Domain;

public static class Settings
{
    /// <summary>
    /// True or false, false by default. Any other value is an error: a "yes" that is read as false could leave a
    /// service open.
    /// </summary>
    /// <exception cref="FormatException">The value is neither true nor false.</exception>
    public static bool Flag(Func<string, string?> setting, string name) => setting(name) switch
    {
        null or "" or "false" => false,
        "true" => true,
        var other => throw new FormatException($"The setting {name} is '{other}'; it must be true or false."),
    };

    /// <summary>A whole number from the environment or the configuration.</summary>
    /// <exception cref="FormatException">The value is not a whole number in the range.</exception>
    public static int Number(Func<string, string?> setting, string name, int byDefault, int least, int most) =>
        setting(name) is not { Length: > 0 } text ? byDefault
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least
            && value <= most ? value
        : throw new FormatException(
            $"The setting {name} is '{text}'; it must be a whole number from {least} to {most}.");
}
