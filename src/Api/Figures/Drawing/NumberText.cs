using PieService.Domain;

namespace PieService.Api.Figures.Drawing;

/// <summary>Numbers as they are printed in a figure.</summary>
public static class NumberText
{
    /// <summary>With this number of decimals, and with the minus sign of typography.</summary>
    public static string Fixed(double value, int decimals) => RoundedText.Fixed(value, decimals).Replace('-', '−');

    /// <summary>With at most this number of decimals, without zeros at the end.</summary>
    public static string Trimmed(double value, int decimals)
    {
        var text = Fixed(value, decimals);
        return text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    public static string Percent(decimal sparsity) => Trimmed((double)sparsity, 6);
}
