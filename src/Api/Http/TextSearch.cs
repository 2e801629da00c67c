using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using PieService.Domain.Datasets;

namespace PieService.Api.Http;

/// <summary>The filter contains, for examples by a part of their texts.</summary>
public static class TextSearch
{
    /// <summary>The locale of a database may know the case of the letters of English only.</summary>
    private const string AnyLanguage = "und-x-icu";

    private const string Escape = "\\";

    /// <summary>
    /// Whether one of the texts has this part, whatever the case of its letters. No index helps: the texts of all
    /// examples that the other filters select are read.
    /// </summary>
    public static Expression<Func<Example, bool>> Containing(string part)
    {
        var pattern = $"%{Escaped(part)}%";
        return example => EF.Functions.ILike(EF.Functions.Collate(example.Text, AnyLanguage), pattern, Escape)
            || (example.SecondText != null
                && EF.Functions.ILike(EF.Functions.Collate(example.SecondText, AnyLanguage), pattern, Escape));
    }

    private static string Escaped(string part) => part.Replace(Escape, Escape + Escape, StringComparison.Ordinal)
        .Replace("%", Escape + "%", StringComparison.Ordinal).Replace("_", Escape + "_", StringComparison.Ordinal);
}
