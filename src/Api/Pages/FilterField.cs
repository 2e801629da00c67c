using System.Globalization;
using System.Reflection;
using System.Text.Json;
using PieService.Api.Lists;
using PieService.Domain;

namespace PieService.Api.Pages;

/// <summary>A parameter of a table of the API as a field of a form.</summary>
/// <param name="Options">The values to choose from; null for a field to type in.</param>
/// <param name="IsNumber">Whether the value is a number.</param>
/// <param name="IsRequired">Whether the field has a value in any case.</param>
public sealed record FilterField(
    string Name, string? Value, IReadOnlyList<string>? Options, bool IsNumber, bool IsRequired)
{
    private static readonly string[] OfPages = [nameof(PageQuery.PageSize), nameof(PageQuery.PageToken), "Format"];

    /// <summary>The parameters of a filter with their values, without those that select a page.</summary>
    public static IReadOnlyList<FilterField> Of<TFilter>(TFilter filter) where TFilter : notnull =>
    [
        .. from property in typeof(TFilter).GetProperties()
           where property.CanWrite && !OfPages.Contains(property.Name)
           select Of(property, property.GetValue(filter)),
    ];

    private static FilterField Of(PropertyInfo property, object? value)
    {
        var inner = Nullable.GetUnderlyingType(property.PropertyType);
        var type = inner ?? property.PropertyType;
        return new(
            JsonNamingPolicy.CamelCase.ConvertName(property.Name), TextOf(value),
            type.IsEnum ? [.. Enum.GetValues(type).Cast<object>().Select(option => TextOf(option)!)]
                : type == typeof(bool) ? ["true", "false"] : null,
            type == typeof(int) || type == typeof(double) || type == typeof(decimal),
            inner is null && type.IsValueType);
    }

    private static string? TextOf(object? value) => value switch
    {
        null => null,
        true => "true",
        false => "false",
        Enum => JsonSerializer.SerializeToElement(value, value.GetType(), Json.Options).GetString(),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
