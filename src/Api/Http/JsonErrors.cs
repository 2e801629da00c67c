using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PieService.Domain;

namespace PieService.Api.Http;

/// <summary>
/// Reads a JSON value and says everything that does not fit its type, not only the first thing: what does not fit is noted
/// and taken out, and the rest is read again.
/// </summary>
public static class JsonErrors
{
    private const int MostErrors = 50;

    /// <param name="taken">Gets to know what was taken out of <paramref name="node"/>.</param>
    public static (T? Value, IReadOnlyList<FieldError> Errors) Read<T>(JsonNode? node, TakenOut taken) where T : class
    {
        if (node is not JsonObject) return (null, [new("$", "must be a JSON object")]);

        var errors = new List<FieldError>();
        while (errors.Count < MostErrors)
        {
            try
            {
                return (node.Deserialize<T>(Json.Options), errors);
            }
            catch (JsonException unfit)
            {
                var path = unfit.Path ?? "$";
                errors.Add(new FieldError(taken.OriginalField(path), Explain(unfit, TypeAt(typeof(T), path))));
                if (!taken.Remove(node, path)) return (null, errors);
            }
        }
        return (null, errors);
    }

    /// <summary>What a field of a type must look like, in a client's words.</summary>
    public static string Expectation(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum) return $"must be one of {string.Join(", ", WireNames(type))}";
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => "must be true or false",
            TypeCode.Int16 or TypeCode.Int32 or TypeCode.Int64 => "must be a whole number",
            TypeCode.Double or TypeCode.Decimal or TypeCode.Single => "must be a number",
            TypeCode.String => "must be a string",
            _ when type == typeof(Guid) => "must be a UUID",
            _ when type == typeof(DateTimeOffset) => "must be a time (RFC 3339)",
            _ when type.IsGenericType => "must be a list",
            _ => "must be an object",
        };
    }

    private static string Explain(JsonException unfit, Type? wanted)
    {
        if (unfit.Message.Contains("could not be mapped", StringComparison.Ordinal)) return "is not a field of this request";
        if (unfit.Message.Contains("Duplicate", StringComparison.OrdinalIgnoreCase)) return "must be given once";
        if (unfit.Message.Contains("missing required", StringComparison.Ordinal)) return "lacks required fields";
        return wanted is null ? "does not fit" : Expectation(wanted);
    }

    /// <summary>The exception's own words name the type that holds the field where a constructor sets it.</summary>
    private static Type? TypeAt(Type root, string path)
    {
        Type? at = root;
        foreach (Match step in TakenOut.Steps().Matches(path).Skip(1))
        {
            if (at is null) return null;
            var type = Json.Options.GetTypeInfo(Nullable.GetUnderlyingType(at) ?? at);
            at = step.Groups["index"].Success
                ? type.ElementType
                : type.Properties.FirstOrDefault(property => property.Name == TakenOut.Key(step))?.PropertyType;
        }
        return at;
    }

    private static IEnumerable<string> WireNames(Type type) =>
        (IEnumerable<string>)typeof(Wire).GetMethod(nameof(Wire.All))!.MakeGenericMethod(type).Invoke(null, null)!;
}
