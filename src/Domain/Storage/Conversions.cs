using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace PieService.Domain.Storage;

internal sealed class WireConverter<T>()
    : ValueConverter<T, string>(value => Wire.Name(value), name => Wire.Parse<T>(name))
    where T : struct, Enum;

internal static class JsonColumn
{
    /// <summary>A value that is written once and read as a whole: jsonb, in the form that the API also uses.</summary>
    public static void IsJson<T>(this PropertyBuilder<T> property) => property
        .HasColumnType("jsonb")
        .HasConversion(
            value => Json.Write(value),
            json => Json.Read<T>(json),
            new ValueComparer<T>(
                (a, b) => Json.Write(a) == Json.Write(b),
                value => Json.Write(value).GetHashCode(StringComparison.Ordinal), value => value));
}
