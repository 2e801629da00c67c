namespace PieService.Domain.Datasets.Texts;

/// <summary>A list that is a resource of this assembly: one entry a line; a line that begins with # is a
/// comment.</summary>
internal static class WordList
{
    /// <param name="name">The name of the resource.</param>
    public static IEnumerable<string> Read(string name)
    {
        using var lines = new StreamReader(typeof(WordList).Assembly.GetManifestResourceStream(name)!);
        while (lines.ReadLine() is { } line)
            if (!line.StartsWith('#')) yield return line;
    }
}
