namespace PieService.Api.Documentation;

/// <summary>The sections of the documents that have all words of a query, whatever the case of letters.</summary>
public static class DocumentSearch
{
    private const int Most = 50, Around = 120;

    /// <returns>At most 50 sections, those with a word in the heading first.</returns>
    public static IReadOnlyList<FoundSection> Find(string query)
    {
        var words = query.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length == 0 ? [] :
        [
            .. (from document in Library.Documents
                from section in document.Sections
                where words.All(word => Has(section.Heading, word) || Has(section.Text, word))
                orderby words.Count(word => Has(section.Heading, word)) descending, document.Name, section.Anchor
                select new FoundSection(document, section, Excerpt(section.Text, words[0]))).Take(Most),
        ];
    }

    private static bool Has(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static string Excerpt(string text, string word)
    {
        var at = Math.Max(0, text.IndexOf(word, StringComparison.OrdinalIgnoreCase));
        var (start, end) = (Math.Max(0, at - Around), Math.Min(text.Length, at + Around));
        while (IsWithinWord(text, start)) start--;
        while (IsWithinWord(text, end)) end++;
        var part = text[start..end].ReplaceLineEndings(" ").Trim();
        return $"{(start > 0 ? "… " : "")}{part}{(end < text.Length ? " …" : "")}";
    }

    /// <summary>Whether the characters before and after a place are of one word.</summary>
    private static bool IsWithinWord(string text, int at) =>
        at > 0 && at < text.Length && char.IsLetterOrDigit(text[at - 1]) && char.IsLetterOrDigit(text[at]);
}

/// <param name="Excerpt">The text around the first word.</param>
public sealed record FoundSection(Document Document, Section Section, string Excerpt)
{
    public string Address => $"{DocumentLink.Path}/{Document.Name}#{Section.Anchor}";
}
