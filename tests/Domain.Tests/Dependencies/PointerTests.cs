using System.Text.RegularExpressions;

namespace PieService.Domain.Tests.Dependencies;

/// <summary>A comment says what a reader must know: a document that is not in the repository cannot be read.</summary>
public sealed partial class PointerTests
{
    private static readonly string Root = Path.GetDirectoryName(SourceProject.Root)!;

    [Fact]
    public void No_comment_refers_to_a_numbered_section_of_a_document_that_is_not_in_the_repository() => Assert.Empty(
        from folder in new[] { "bench", "demo", "src", "tests" }
        from pattern in new[] { "*.cs", "*.razor", "*.sql" }
        from file in Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Root, file)
        where !path.Contains("/obj/", StringComparison.Ordinal) && !path.EndsWith("/PointerTests.cs")
        from line in File.ReadLines(file).Index()
        where Pointer().IsMatch(line.Item)
        select $"{path}:{line.Index + 1}: {line.Item.Trim()}");

    [Theory]
    [InlineData("/// independently of one another (analysis 10 and 5).", true)]
    [InlineData("// The text T1 of study 4.2, whose values", true)]
    [InlineData("/// Steps 1 to 3 of section 1, with tau", true)]
    [InlineData("/// analysis 6): false positives", true)]
    [InlineData("/// McNemar's exact test (1947): b discordant pairs", false)]
    [InlineData("var analysis = 6;", false)]
    public void A_number_behind_the_kind_of_a_document_is_a_pointer(string line, bool isPointer) =>
        Assert.Equal(isPointer, Pointer().IsMatch(line));

    [GeneratedRegex(@"//.*\b(analysis|study|specification|spec|section|chapter) \d", RegexOptions.IgnoreCase)]
    private static partial Regex Pointer();
}
