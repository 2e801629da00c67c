using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace PieService.Domain.Tests.Dependencies;

/// <summary>The limit of .editorconfig, which no analyzer enforces.</summary>
public sealed class LineLengthTests
{
    private const int Limit = 120;

    private static readonly string Root = Path.GetDirectoryName(SourceProject.Root)!;

    [Fact]
    public void No_line_is_longer_than_the_limit() => Assert.Empty(
        from folder in new[] { "bench", "demo", "src", "tests" }
        from file in Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Root, file)
        where !path.Contains("/Migrations/", StringComparison.Ordinal)
        from line in TooLong(File.ReadAllText(file))
        select $"{path}:{line}");

    [Theory]
    [InlineData("var x = 1; //", true)]
    [InlineData("var x = \"", true)]
    [InlineData("var x = \"\"\"{ \"a\": ", false)] // a raw string may not be broken without a change of its value
    public void Only_a_line_of_a_raw_string_may_be_longer(string start, bool isTooLong)
    {
        var line = start.PadRight(Limit, 'x') + (start.Contains("\"\"\"", StringComparison.Ordinal) ? "\"\"\";" : "x");

        Assert.Equal(isTooLong ? [2] : [], TooLong($"// one\n{line}\n// three"));
        Assert.Empty(TooLong(line[..Limit]));
    }

    /// <summary>The numbers of the lines that are too long, from 1.</summary>
    private static IEnumerable<int> TooLong(string code)
    {
        var text = SourceText.From(code);
        var lines = text.Lines.Where(line => line.Span.Length > Limit).ToList();
        if (lines.Count == 0) return [];
        var root = CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot();
        return lines.Where(line => !IsInRawString(root, line.Start + Limit - 1)).Select(line => line.LineNumber + 1);
    }

    private static bool IsInRawString(SyntaxNode root, int position) => root.FindToken(position) is var token
        && token.SpanStart <= position
        && (token.Kind() is SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
            || token.Parent!.AncestorsAndSelf()
                .OfType<Microsoft.CodeAnalysis.CSharp.Syntax.InterpolatedStringExpressionSyntax>()
                .Any(whole => whole.StringStartToken.Text.Contains("\"\"\"", StringComparison.Ordinal)));
}
