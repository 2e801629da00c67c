using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Figures;
using PieService.Api.Figures.Drawing;
using PieService.Api.Http;
using PieService.Domain.Recipes;

namespace PieService.Api.Tests.Figures;

public sealed class FigureFileTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static TheoryData<string> Names => [.. KnownFigures.All.Keys];

    /// <summary>
    /// The drawing without fonts is the same on every machine. After a change that is meant, write the files again with
    /// PIE_WRITE_FIGURES=1, and look at them.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void An_SVG_without_fonts_is_the_golden_one(string name)
    {
        var svg = SvgSheet.Write(PictureOf(name), embedsFonts: false);
        var golden = Path.Combine(GoldenFolder(), $"{name}.svg");
        if (Environment.GetEnvironmentVariable("PIE_WRITE_FIGURES") == "1") File.WriteAllText(golden, svg);

        Assert.Equal(File.ReadAllText(golden), svg);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_SVG_is_well_formed_and_has_no_styles_in_attributes(string name)
    {
        var root = XDocument.Parse(SvgSheet.Write(PictureOf(name), embedsFonts: true)).Root!;

        Assert.Contains("a <b>&\" sweep 🎉", root.Element(Svg + "desc")!.Value, StringComparison.Ordinal);
        Assert.Equal(KnownFigures.All[name].Title, root.Element(Svg + "title")!.Value);
        Assert.DoesNotContain(root.Descendants(), element => element.Attribute("style") is not null);
        Assert.DoesNotContain(root.Descendants(), element => element.Name.LocalName == "script");
        Assert.Contains(
            "src:url(data:font/woff;base64,", root.Descendants(Svg + "style").Single().Value,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_SVG_replaces_characters_that_XML_cannot_have() =>
        Assert.Equal("a&lt;&amp;&gt;&quot;\uFFFD\uFFFD b猫", XmlText.Escaped("a<&>\"\u0001\ud800\tb猫"));

    [Fact]
    public void A_label_without_glyphs_is_a_number_in_PDF_and_PNG_and_the_caption_names_it()
    {
        var figure = KnownFigures.All["classes"];
        var sheet = new MeasuredSheet();

        figure.PictureOf(KnownFigures.Look(figure)).Draw(sheet);

        Assert.Contains(sheet.Texts, text => text.Text == "label 2");
        Assert.All(sheet.Texts, text => Assert.True(Font.Regular.Has(text.Text), text.Text));
        Assert.Contains("label 2 = '猫'", figure.Caption, StringComparison.Ordinal);
        Assert.Contains(
            ">猫</text>", SvgSheet.Write(PictureOf("classes"), embedsFonts: false), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cohort_without_glyphs_has_room_for_the_name_that_replaces_its_own()
    {
        var known = (TrajectoryFigure)KnownFigures.All["trajectory"];
        var figure = known with
        {
            Rows =
            [
                known.Rows[0],
                known.Rows[1] with { Cohort = new(Guid.Empty, Method.External, 0, "猫", Collapsed: false) },
            ],
        };
        var sheet = new MeasuredSheet();

        figure.PictureOf(KnownFigures.Look(figure)).Draw(sheet);

        Assert.Contains(sheet.Texts, text => text.Text == "cohort 1");
    }

    /// <summary>A score is from 0 to 100 %.</summary>
    [Theory]
    [InlineData(1, 90, 100)]
    [InlineData(0, 0, 10)]
    [InlineData(0.5, 40, 60)]
    public void An_axis_of_equal_scores_has_no_impossible_ones(double score, double first, double last)
    {
        var known = (EffectivenessFigure)KnownFigures.All["effectiveness-of-two-runs"];
        var figure = known with { Rows = [.. known.Rows.Select(row => row with { Mean = score, Sd = 0 })] };
        var sheet = new MeasuredSheet();

        figure.PictureOf(KnownFigures.Look(figure)).Draw(sheet);

        double[] numbers =
        [
            .. from text in sheet.Texts
               let number = double.TryParse(
                   text.Text.Replace('−', '-'), CultureInfo.InvariantCulture, out var tick) ? tick : double.NaN
               where !double.IsNaN(number)
               select number,
        ];
        Assert.Contains(first, numbers);
        Assert.Contains(last, numbers);
        Assert.DoesNotContain(numbers, number => number < 0 || number > 100);
    }

    [Fact]
    public void Every_text_is_inside_of_the_sheet()
    {
        foreach (var (name, figure) in KnownFigures.All)
            foreach (var width in Enum.GetValues<FigureWidth>()) AssertTextsAreInside(name, figure, width);
    }

    /// <summary>With few examples an interval can end at any number.</summary>
    [Theory]
    [InlineData(7e15, 1e-17)]
    [InlineData(1e100, 1e-100)]
    [InlineData(double.MaxValue, 2.3e-308)]
    public void An_end_of_an_interval_that_has_no_meaning_is_not_printed(double high, double low)
    {
        var known = (ReadabilityFigure)KnownFigures.All["readability"];

        var texts = AssertTextsAreInside(
            $"to {high}", known with { Rows = [.. known.Rows.Select(row => row with { Low = low, High = high })] },
            FigureWidth.Column);

        Assert.Contains("3.00 [0.00, > 1000]", texts);
    }

    private static IEnumerable<string> AssertTextsAreInside(string name, Figure figure, FigureWidth width)
    {
        var picture = figure.PictureOf(KnownFigures.Look(figure, width));
        var sheet = new MeasuredSheet();

        picture.Draw(sheet);

        Assert.All(sheet.Texts, text => Assert.True(
            text.Box.Left >= 0 && text.Box.Top >= 0 && text.Box.Right <= picture.Size.Width
            && text.Box.Bottom <= picture.Size.Height,
            $"{name}, {width}: '{text.Text}' at {text.Box} on {picture.Size}"));
        return sheet.Texts.Select(text => text.Text);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_PDF_is_one_page_of_vectors_with_embedded_TrueType_fonts(string name)
    {
        var picture = PictureOf(name);

        var pdf = Encoding.Latin1.GetString(SkiaSheet.Pdf(picture));

        Assert.StartsWith("%PDF", pdf, StringComparison.Ordinal);
        Assert.Contains("/FontFile2", pdf, StringComparison.Ordinal);
        Assert.Contains("/ToUnicode", pdf, StringComparison.Ordinal);
        Assert.Contains("IBMPlexSans", pdf, StringComparison.Ordinal);
        Assert.DoesNotContain("/Type3", pdf, StringComparison.Ordinal);
        Assert.DoesNotContain("/Subtype /Image", pdf, StringComparison.Ordinal);
        Assert.DoesNotContain("/CreationDate", pdf, StringComparison.Ordinal);
        Assert.Single(pdf.Split("/Type /Page\n").Skip(1));
    }

    [Fact]
    public void A_PNG_has_its_size_and_its_resolution()
    {
        var picture = PictureOf("effectiveness");

        var png = SkiaSheet.Png(picture, 150);

        // 174 mm are 1027.6 dots.
        Assert.Equal(1027, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)));
        var chunk = png.AsSpan().IndexOf("pHYs"u8);
        // 150 dots per inch are 5906 dots per metre.
        Assert.Equal(5906u, BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(chunk + 4)));
        Assert.Equal(1, png[chunk + 12]);
        Assert.True(png.AsSpan().IndexOf("Description"u8) > 0);
    }

    /// <summary>At 600 dots per inch, the votes of 199 imported cohorts have 104 million pixels.</summary>
    [Fact]
    public async Task A_PNG_of_too_many_pixels_is_refused()
    {
        var known = (TrajectoryFigure)KnownFigures.All["trajectory"];
        var figure = known with
        {
            Rows =
            [
                known.Rows[0],
                .. Enumerable.Range(1, 199).Select(i => known.Rows[1] with
                {
                    Cohort = new(Guid.Empty, Method.External, 0, $"cohort {i}", Collapsed: false),
                }),
            ],
        };
        using var slots = new FigureSlots();
        using var services = new ServiceCollection().AddSingleton(slots).BuildServiceProvider();

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            new FigureFile("trajectory", figure, FigureFormat.Png, new() { Dpi = 600 }).ExecuteAsync(
                new DefaultHttpContext { RequestServices = services }));

        var error = Assert.Single(refused.Errors);
        Assert.Equal("dpi", error.Field);
        Assert.Contains("has 4110 x 25", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_figure_has_the_same_bytes_from_eight_threads()
    {
        var picture = PictureOf("pie-rate");
        byte[] Bytes() =>
        [
            .. Encoding.UTF8.GetBytes(SvgSheet.Write(picture, embedsFonts: true)), .. SkiaSheet.Pdf(picture),
            .. SkiaSheet.Png(picture, 150),
        ];
        var expected = Bytes();

        Parallel.For(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
            Assert.True(expected.AsSpan().SequenceEqual(Bytes())));
    }

    private static Picture PictureOf(string name) =>
        KnownFigures.All[name].PictureOf(KnownFigures.Look(KnownFigures.All[name]));

    private static string GoldenFolder([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Golden");
}
