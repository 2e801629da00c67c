using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PieService.Domain;

namespace PieService.Api.Http;

/// <summary>
/// Reads a JSON value and reports every part that does not fit its type, not only the first one: such a part is
/// recorded and removed, and the rest is read again.
/// </summary>
public static class JsonErrors
{
    private const int MostErrors = 50;

    /// <param name="taken">Records the nodes that are removed from <paramref name="node"/>.</param>
    public static (T? Value, IReadOnlyList<FieldError> Errors) Read<T>(JsonNode? node, RemovedNodes taken)
        where T : class
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
                errors.Add(
                    new FieldError(
                        taken.OriginalField(path), Explain(unfit, TypeAt(typeof(T), path, out var denied), denied)));
                if (!taken.Remove(node, path)) return (null, errors);
            }
        }
        return (null, errors);
    }

    /// <summary>A message that states which values a field of this type accepts.</summary>
    public static string Expectation(Type type) => Expectation(type, []);

    /// <param name="denied">The values of an enum that the field does not accept.</param>
    private static string Expectation(Type type, IEnumerable<string> denied)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.GetCustomAttribute<JsonShapeAttribute>() is { } shape) return shape.Expectation;
        if (type.IsEnum) return $"must be one of {string.Join(", ", WireNames(type).Except(denied))}";
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => "must be true or false",
            TypeCode.Int16 or TypeCode.Int32 or TypeCode.Int64 => "must be a whole number",
            TypeCode.Double or TypeCode.Decimal or TypeCode.Single => "must be a number",
            TypeCode.String => "must be a string",
            _ when type == typeof(Guid) => "must be a UUID",
            _ when type == typeof(DateTimeOffset) => "must be a time (RFC 3339)",
            _ when type.IsGenericType => "must be a list",
            _ => $"must be an object with the fields {string.Join(", ", FieldsOf(type))}",
        };
    }

    private static string Explain(JsonException unfit, Type? wanted, IEnumerable<string> denied)
    {
        if (unfit.Message.Contains("could not be mapped", StringComparison.Ordinal))
            return "is not a field of this request";
        if (unfit.Message.Contains("Duplicate", StringComparison.OrdinalIgnoreCase)) return "must be given once";
        if (unfit.Message.Contains("missing required", StringComparison.Ordinal))
            return "does not have all required fields";
        return wanted is null ? "has the wrong type" : Expectation(wanted, denied);
    }

    /// <summary>
    /// Determines the type from the path, because the exception's message names the enclosing type if a constructor
    /// sets the field.
    /// </summary>
    /// <param name="denied">The wire names of the values that the field, or the items of the list, must not
    /// have.</param>
    private static Type? TypeAt(Type root, string path, out IReadOnlyList<string> denied)
    {
        Type? at = root;
        denied = [];
        foreach (Match step in RemovedNodes.Steps().Matches(path).Skip(1))
        {
            if (at is null) return null;
            var type = Json.Options.GetTypeInfo(Nullable.GetUnderlyingType(at) ?? at);
            if (step.Groups["index"].Success)
            {
                at = type.ElementType;
                continue;
            }
            var property = type.Properties.FirstOrDefault(property => property.Name == RemovedNodes.Key(step));
            at = property?.PropertyType;
            denied = [.. (property?.AttributeProvider?.GetCustomAttributes(typeof(DeniedValuesAttribute), true) ?? [])
                .SelectMany(attribute => ((DeniedValuesAttribute)attribute).Values).Select(NameOf)];
        }
        return at;
    }

    private static IEnumerable<string> FieldsOf(Type type) =>
        Json.Options.GetTypeInfo(type).Properties.Select(property => property.Name);

    private static string NameOf(object? value) => JsonSerializer.SerializeToNode(value, Json.Options)!.ToString();

    private static IEnumerable<string> WireNames(Type type) =>
        (IEnumerable<string>)typeof(Wire).GetMethod(nameof(Wire.All))!.MakeGenericMethod(type).Invoke(null, null)!;
}
