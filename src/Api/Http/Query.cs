using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Primitives;
using PieService.Domain;

namespace PieService.Api.Http;

/// <summary>Rules that a bound value must satisfy in addition to its types.</summary>
public interface IRules
{
    IEnumerable<FieldError> Broken();
}

/// <summary>A bound value that also depends on other parts of its request.</summary>
public interface IReadsRequest
{
    /// <summary>Called once, before the value is used.</summary>
    void Read(HttpRequest request);
}

/// <summary>The query of an operation that has no query parameters: every parameter is an error.</summary>
public sealed record NoQuery;

/// <summary>
/// The query parameters of a request as a record. Unknown and repeated parameters are errors, values are parsed as in
/// JSON (enums by their wire names), and all errors are reported together.
/// </summary>
public sealed record Query<T>(T Value) : IEndpointParameterMetadataProvider where T : class, new()
{
    private static readonly Dictionary<string, PropertyInfo> Parameters =
        typeof(T).GetProperties().Where(property => property.CanWrite)
            .ToDictionary(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));

    public static ValueTask<Query<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var value = Read(context.Request.Query);
        (value as IReadsRequest)?.Read(context.Request);
        return ValueTask.FromResult<Query<T>?>(new Query<T>(value));
    }

    /// <summary>Reads the parameters of a request, or of one that an address names.</summary>
    /// <exception cref="InvalidRequestException">The parameters are not those of the record.</exception>
    public static T Read(IEnumerable<KeyValuePair<string, StringValues>> parameters)
    {
        var (value, errors) = (new T(), new List<FieldError>());
        foreach (var (name, texts) in parameters)
        {
            if (!Parameters.TryGetValue(name, out var property))
                errors.Add(new FieldError(name, Parameters.Count == 0
                    ? "is not a parameter of this operation, which has none"
                    : $"is not a parameter of this operation, which has: {string.Join(", ", Parameters.Keys)}"));
            else if (texts is not [{ Length: > 0 } text])
                errors.Add(new FieldError(name, "must be given once, with a value"));
            else if (Read(text, property.PropertyType) is { } read) property.SetValue(value, read);
            else errors.Add(new FieldError(name, JsonErrors.Expectation(property.PropertyType)));
        }
        if (value is IRules rules)
            errors.AddRange(rules.Broken().Where(rule => errors.All(error => error.Field != rule.Field)));
        InvalidRequestException.ThrowIfAny(errors);
        return value;
    }

    private static object? Read(string text, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        // PostgreSQL cannot store the NUL character in text.
        if (type == typeof(string)) return text.Contains('\0') ? null : text;
        if (type == typeof(bool)) return bool.TryParse(text, out var flag) ? flag : null;
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
                ? whole : null;
        if (type == typeof(decimal))
            return decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var exact)
                ? exact : null;
        if (type == typeof(double))
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
                && double.IsFinite(real) ? real : null;
        try
        {
            return JsonValue.Create(text).Deserialize(type, Json.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new QueryMetadata(typeof(T)));
}

/// <summary>The record with the query parameters of an operation, for the OpenAPI document.</summary>
public sealed record QueryMetadata(Type Type);
