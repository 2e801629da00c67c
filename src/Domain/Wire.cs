using System.Reflection;
using System.Text.Json.Serialization;

namespace PieService.Domain;

/// <summary>The names of enum values outside of the process: in JSON, in the database, in fingerprints.</summary>
public static class Wire
{
    public static string Name<T>(T value) where T : struct, Enum => Names<T>.ByValue[value];

    public static T Parse<T>(string name) where T : struct, Enum =>
        TryParse<T>(name, out var value)
            ? value
            : throw new FormatException($"'{name}' is not one of {string.Join(", ", All<T>())}.");

    public static bool TryParse<T>(string name, out T value) where T : struct, Enum =>
        Names<T>.ByName.TryGetValue(name, out value);

    public static IReadOnlyCollection<string> All<T>() where T : struct, Enum => Names<T>.ByValue.Values;

    private static class Names<T> where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ByValue = Enum.GetValues<T>().ToDictionary(
            value => value,
            value => typeof(T).GetField(value.ToString())!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
                     ?? throw new InvalidOperationException($"{typeof(T).Name}.{value} has no wire name."));

        public static readonly Dictionary<string, T> ByName = ByValue.ToDictionary(
            pair => pair.Value, pair => pair.Key);
    }
}
