using System.Net;
using System.Text.RegularExpressions;
using PieService.Api.Documentation;
using PieService.Api.Tables.Latex;
using PieService.Api.Tests.SweepAnalysis;
using PieService.Domain.Statistics;

namespace PieService.Api.Tests.Tables;

public sealed partial class LatexTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData(@"50 % of {a_b} & c\d", @"50 \% of \{a\_b\} \& c\textbackslash{}d")]
    [InlineData("$x^2$ ~ #1", @"\$x\textasciicircum{}2\$ \textasciitilde{} \#1")]
    [InlineData("<b>|\"", @"\textless{}b\textgreater{}\textbar{}\textquotedbl{}")]
    [InlineData("[1] *", "{[}1{]} {*}")]
    [InlineData("two\r\nlines\tand\0a bell\a", "two  lines anda bell")]
    [InlineData("猫 é 😀", "猫 é 😀")]
    public void A_text_of_a_user_is_shown_and_not_executed(string text, string latex) =>
        Assert.Equal(latex, LatexText.Escaped(text));

    [Fact]
    public void Numbers_have_the_precision_of_a_paper()
    {
        Assert.Equal("12.3", LatexText.Percent(0.12345));
        Assert.Equal("$-$0.5", LatexText.Percent(-0.005));
        Assert.Equal("--", LatexText.Percent(null));
        Assert.Equal(@"58.7 $\pm$ 0.6", LatexText.MeanSd(new Spread(0.587, 0.006)));
        Assert.Equal("58.7", LatexText.MeanSd(new Spread(0.587, null)));
        // Of three seeds, the formula gives an interval of more than all examples.
        Assert.Equal("60.0 {[}$-$69.1, 100.0{]}", LatexText.WithInterval(new Estimate(0.6, 0.3, -0.691, 1.891)));
        Assert.Equal("6.0 {[}4.1, 7.9{]}", LatexText.WithInterval(new Estimate(0.06, 0.01, 0.041, 0.079)));
        Assert.Equal("1,234", LatexText.Whole(1234));
        Assert.Equal("99.5", LatexText.Sparsity(99.5));
        Assert.Equal("$<$0.001", LatexText.Probability(0.0001));
        Assert.Equal("0.050", LatexText.Probability(0.05));
    }

    [Fact]
    public async Task Comparisons_analyses_and_PIEs_are_tables_for_a_paper()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        foreach (var (path, columns) in new[]
        {
            ($"/api/v1/sweeps/{sweep.Id}/comparisons", 9), ($"/api/v1/sweeps/{sweep.Id}/analysis", 11),
            ($"/api/v1/comparisons/{sweep.Comparisons["IMP 90"]}/pies", 5),
        })
        {
            using var response = await api.Client.GetAsync($"{path}?format=latex");
            var text = await response.Content.ReadAsStringAsync();
            var total = (int)(await api.GetAsync($"{path}?pageSize=1"))["totalItems"]!;

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("application/x-latex", response.Content.Headers.ContentType?.MediaType);
            Assert.EndsWith(".tex", response.Content.Headers.ContentDisposition!.FileName, StringComparison.Ordinal);
            Assert.Contains($"% pie.source: {path}?format=latex", text, StringComparison.Ordinal);
            var rows = text.Split('\n').SkipWhile(line => line != @"\toprule").ToList();
            var body = rows.SkipWhile(line => line != @"\midrule").Skip(1).TakeWhile(line => line != @"\bottomrule")
                .ToList();
            Assert.Equal(total, body.Count);
            Assert.All(body.Append(rows[1]), row =>
            {
                Assert.Equal(columns, Separator().Count(row) + 1);
                Assert.EndsWith(@" \\", row, StringComparison.Ordinal);
            });
        }
    }

    [Fact]
    public async Task The_packages_that_a_table_needs_are_in_the_document_on_formats()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var documented = Library.Find("formats")!.Sections.Single(section => section.Heading == "LaTeX").Text;

        var table = await api.Client.GetStringAsync($"/api/v1/sweeps/{sweep.Id}/analysis?format=latex");

        var packages = Package().Matches(table).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(["booktabs", "fontenc"], packages);
        Assert.All(packages, package => Assert.Contains(package, documented, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_table_has_no_LaTeX()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var path = $"/api/v1/sweeps/{sweep.Id}/runs";
        using var named = await api.Client.GetAsync($"{path}?format=latex");
        Assert.Equal(HttpStatusCode.BadRequest, named.StatusCode);
        Assert.Contains(
            "latex is not a format of this table, which has json|csv|ndjson|parquet",
            await named.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("application/x-latex");
        using var accepted = await api.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotAcceptable, accepted.StatusCode);

        using var json = await api.Client.GetAsync(path);
        Assert.DoesNotContain("latex", string.Concat(json.Headers.GetValues("Link")), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\\usepackage(?:\[\w+\])?\{(\w+)\}")]
    private static partial Regex Package();

    /// <summary>An ampersand that is not escaped.</summary>
    [GeneratedRegex(@"(?<!\\)&")]
    private static partial Regex Separator();
}
