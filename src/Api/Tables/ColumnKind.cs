namespace PieService.Api.Tables;

/// <summary>What the values of a column are.</summary>
public enum ColumnKind
{
    /// <summary>No numbers, even if they look like numbers, as a label or an id may.</summary>
    Text,

    /// <summary>Whole numbers.</summary>
    Whole,

    /// <summary>Numbers that may be rounded.</summary>
    Real,
}

internal static class ColumnKinds
{
    /// <param name="type">The type of the values.</param>
    public static ColumnKind Of(Type type) =>
        type == typeof(int) || type == typeof(long) ? ColumnKind.Whole
        : type == typeof(double) || type == typeof(float) ? ColumnKind.Real
        : ColumnKind.Text;
}
