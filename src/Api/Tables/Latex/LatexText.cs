using System.Globalization;
using System.Text;
using PieService.Domain;
using PieService.Domain.Statistics;

namespace PieService.Api.Tables.Latex;

/// <summary>Texts and numbers as LaTeX.</summary>
public static class LatexText
{
    /// <summary>Stands for a number that a row does not have.</summary>
    public const string None = "--";

    /// <summary>
    /// Returns a text of a user as LaTeX that shows it. Line breaks are spaces, other control characters are left out.
    /// A bracket or star in braces cannot be an argument of the line before.
    /// </summary>
    public static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            escaped.Append(character switch
            {
                '\\' => @"\textbackslash{}",
                '{' => @"\{",
                '}' => @"\}",
                '$' => @"\$",
                '&' => @"\&",
                '#' => @"\#",
                '%' => @"\%",
                '_' => @"\_",
                '^' => @"\textasciicircum{}",
                '~' => @"\textasciitilde{}",
                '<' => @"\textless{}",
                '>' => @"\textgreater{}",
                '|' => @"\textbar{}",
                '"' => @"\textquotedbl{}",
                '[' or ']' or '*' => $"{{{character}}}",
                '\r' or '\n' or '\t' => " ",
                _ when char.IsControl(character) => "",
                _ => $"{character}",
            });
        }
        return escaped.ToString();
    }

    public static string OrNone(string? text) => text is null ? None : Escaped(text);

    /// <param name="share">In [0, 1], or a change of a share.</param>
    public static string Percent(double? share, int decimals = 1) =>
        share is { } known ? Signed(RoundedText.Fixed(100 * known, decimals)) : None;

    /// <summary>Mean and standard deviation of shares, in percent.</summary>
    public static string MeanSd(Spread? shares) => shares switch
    {
        null => None,
        { Sd: { } sd } => $@"{Percent(shares.Mean)} $\pm$ {Percent(sd)}",
        _ => Percent(shares.Mean),
    };

    /// <summary>An estimate with its interval in [-1, 1], in percent.</summary>
    public static string WithInterval(Estimate? share) => share?.Within(-1, 1) switch
    {
        null => None,
        { Value: var value, Low: { } low, High: { } high } =>
            $"{Percent(value)} {{[}}{Percent(low)}, {Percent(high)}{{]}}",
        { Value: var value } => Percent(value),
    };

    public static string Whole(int? number) => number?.ToString("N0", CultureInfo.InvariantCulture) ?? None;

    /// <summary>A sparsity in percent, with the decimals that it needs, at most two.</summary>
    public static string Sparsity(double? percent) =>
        percent?.ToString("0.##", CultureInfo.InvariantCulture) ?? None;

    /// <summary>A p or q value.</summary>
    public static string Probability(double? value) => value switch
    {
        null => None,
        < 0.001 => "$<$0.001",
        { } known => known.ToString("F3", CultureInfo.InvariantCulture),
    };

    private static string Signed(string number) =>
        number.StartsWith('-') ? $"$-${number[1..]}" : number;
}
