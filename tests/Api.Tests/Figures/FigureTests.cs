using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using PieService.Api.Tests.SweepAnalysis;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;

namespace PieService.Api.Tests.Figures;

public sealed class FigureTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task The_list_has_every_figure_with_the_reason_if_one_is_not_available()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var items = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/figures"))["items"]!.AsArray();

        Assert.Equal(
            ["effectiveness true", "pie-rate true", "classes false", "overlap true", "influence false",
                "readability true", "map false"],
            items.Select(item => $"{item!["name"]} {item["available"]}"));
        Assert.All(items, item => Assert.Equal((bool)item!["available"]!, item["reason"] is null));
        Assert.Contains("has fewer than 10 examples", (string)items[2]!["reason"]!, StringComparison.Ordinal);
        Assert.Contains("predictSplits", (string)items[4]!["reason"]!, StringComparison.Ordinal);
        Assert.Contains("predictSplits", (string)items[6]!["reason"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Effectiveness_has_the_scores_of_the_comparisons_with_their_intervals()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var figure = await FigureAsync(sweep, "effectiveness");

        var rows = figure["data"]!.AsArray();
        Assert.Equal(
            ["dense ", "IMP 50", "IMP 90", "MP-AI 50", "MP-AI 90"],
            rows.Select(row => $"{row!["method"]} {row["target"]}"));
        // Two of six dense runs are wrong on two of eight examples: the mean is (2 * 6 + 4 * 8) / 48.
        var dense = rows[0]!;
        Assert.Equal(44 / 48.0, (double)dense["mean"]!, 12);
        // The quantile of Student's t with 5 degrees of freedom, from a table.
        Assert.Equal(
            2.5706 * (double)dense["sd"]! / Math.Sqrt(6), ((double)dense["high"]! - (double)dense["low"]!) / 2, 4);
        Assert.Equal(6, (int)dense["runs"]!);
        Assert.Null(figure["provisional"]);
        Assert.Contains("n = 6.", (string)figure["caption"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pie_rate_has_Wilson_intervals_and_the_noise_floor()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var figure = await FigureAsync(sweep, "pie-rate");

        var row = figure["data"]!.AsArray().Single(row => $"{row!["method"]} {row["target"]}" == "MP-AI 90")!;
        Assert.Equal((8, 4, 0.5), ((int)row["examples"]!, (int)row["pies"]!, (double)row["rate"]!));
        // Wilson (1927) for 4 of 8: 0.5 ± 1.96 sqrt(0.25 / 8 + 1.96^2 / 256) / (1 + 1.96^2 / 8).
        Assert.Equal(0.2152, (double)row["low"]!, 4);
        Assert.Equal(0.7848, (double)row["high"]!, 4);
        Assert.Contains("Noise floor", (string)figure["caption"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classes_have_the_PIE_rates_of_one_method()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        await api.Situations.StateManyExamplesAsync(sweep.Id);
        var rows = (await FigureAsync(sweep, "classes", "?methods=MP-AI&labels=no,yes"))["data"]!.AsArray();

        Assert.Equal(
            ["no 50: 1 of 3", "no 90: 2 of 3", "yes 50: 0 of 2", "yes 90: 1 of 2"],
            rows.Select(row =>
                $"{row!["label"]} {row["cohort"]!["target"]}: {row["pies"]} of {row["examples"]}"));
    }

    [Fact]
    public async Task Overlap_compares_the_methods_at_the_highest_sparsity()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var row = Assert.Single((await FigureAsync(sweep, "overlap"))["data"]!.AsArray())!;

        Assert.Equal(
            (sweep.Comparisons["IMP 90"], sweep.Comparisons["MP-AI 90"], 2, 0.5),
            ((Guid)row["first"]!["comparisonId"]!, (Guid)row["second"]!["comparisonId"]!, (int)row["shared"]!,
                (double)row["jaccard"]!));
        var atHalf = Assert.Single((await FigureAsync(sweep, "overlap", "?sparsity=50"))["data"]!.AsArray())!;
        Assert.Equal(1, (int)atHalf["shared"]!);
    }

    /// <summary>At 90 % all pruned runs give one answer; IMP at 50 % is right.</summary>
    [Fact]
    public async Task Cohorts_that_have_collapsed_are_not_the_default_and_are_named()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 3, "IMP", "MP-AI");
        request["sparsities"] = new JsonArray(50, 90);
        var sweep = await StudiedSweep.LabelledAsync(
            api, request,
            (run, example) => run.Sparsity == 90 || (run.Method == Method.MpAi && example < 3) ? 0 : example % 3);

        var (usual, named) = (
            await FigureAsync(sweep, "overlap"), await FigureAsync(sweep, "overlap", "?sparsity=90"));
        var (usualTexts, namedTexts) = (
            await FigureAsync(sweep, "readability"),
            await FigureAsync(sweep, "readability", "?methods=MP-AI&sparsity=90"));

        Assert.Equal(50, (int)Assert.Single(usual["data"]!.AsArray())!["first"]!["target"]!);
        foreach (var name in new[] { "pie-rate", "effectiveness" })
        {
            var curves = await FigureAsync(sweep, name);
            Assert.Equal(
                ["IMP 90", "MP-AI 90"],
                curves["data"]!.AsArray().Where(row => (bool)row!["collapsed"]!)
                    .Select(row => $"{row!["method"]} {row["target"]}"));
            Assert.Contains("IMP at 90 %, MP-AI at 90 %", (string)curves["caption"]!, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("collapsed", (string)usual["caption"]!, StringComparison.Ordinal);
        Assert.True((bool)Assert.Single(named["data"]!.AsArray())!["first"]!["collapsed"]!);
        Assert.Contains(
            "have collapsed, so the PIEs do not show an effect of compression: IMP at 90 %, MP-AI at 90 %.",
            (string)named["caption"]!, StringComparison.Ordinal);
        Assert.Contains("2 PIEs of MP-AI at 50 %", (string)usualTexts["caption"]!, StringComparison.Ordinal);
        Assert.Contains("compression: MP-AI at 90 %.", (string)namedTexts["caption"]!, StringComparison.Ordinal);
    }

    /// <summary>All dense runs give one answer; the pruned runs are right.</summary>
    [Fact]
    public async Task A_dense_cohort_that_has_collapsed_is_stated_for_each_comparison()
    {
        var sweep = await StudiedSweep.LabelledAsync(
            api, Situations.Request(await api.Situations.DatasetAsync(), 3, "IMP", "MP-AI"),
            (run, example) => run.Method == Method.Dense ? 0 : example % 3);

        var figure = await FigureAsync(sweep, "overlap");

        var row = Assert.Single(figure["data"]!.AsArray())!;
        Assert.True((bool)row["first"]!["collapsed"]! && (bool)row["second"]!["collapsed"]!);
        Assert.Null(row["first"]!["kind"]);
        Assert.Contains("one of the two cohorts have collapsed", (string)figure["caption"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(39)]
    public async Task An_overlap_of_many_cohorts_has_twenty_of_them_from_the_first_to_the_last(int targets)
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 2, "IMP");
        request["sparsities"] = new JsonArray(
            [.. Enumerable.Range(1, targets).Select(target => (JsonNode)(2 * target))]);
        var sweep = await StudiedSweep.LabelledAsync(api, request, (_, example) => example % 3);

        var figure = await FigureAsync(sweep, "overlap");

        var rows = figure["data"]!.AsArray();
        List<int> shown =
        [
            .. rows.SelectMany(row => new[] { (int)row!["first"]!["target"]!, (int)row["second"]!["target"]! })
                .Distinct().Order(),
        ];
        Assert.Equal((20, 20 * 19 / 2, 2, 2 * targets), (shown.Count, rows.Count, shown[0], shown[^1]));
        Assert.Contains($"20 of {targets} cohorts", (string)figure["caption"]!, StringComparison.Ordinal);
    }

    /// <summary>Only IMP at 50 % and MP-AI at 90 % are labelled.</summary>
    [Fact]
    public async Task Cohorts_without_a_method_or_a_sparsity_in_common_have_no_overlap()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 2, "IMP", "MP-AI");
        request["sparsities"] = new JsonArray(50, 90);
        var sweep = await api.SubmitAsync(request);
        foreach (var run in (await api.Situations.RunsOfAsync(sweep)).Where(run => run.Method == Method.Dense
            || (run.Method, run.Sparsity) is (Method.Imp, 50) or (Method.MpAi, 90)))
            await api.Situations.TrainAsync(run);
        await api.Situations.LabelAsync(sweep);

        var detail = await DetailAsync(HttpStatusCode.Conflict, $"/api/v1/sweeps/{sweep}/figures/overlap");

        Assert.Contains("two labelled comparisons of one sparsity", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Multi_label_data_have_the_macro_F1_and_the_PIEs_of_each_gold_label()
    {
        var sweep = await api.SubmitAsync(
            Situations.Request(await api.Situations.DatasetAsync(LearningTask.MultiLabel), 3, "IMP"));
        await api.Situations.TrainMultiLabelAsync(
            sweep, (run, example) => run.Method == Method.Imp && example >= 6 ? 1 : example, threshold: 0.5);
        await api.Situations.LabelAsync(sweep);
        await api.Situations.StateManyExamplesAsync(sweep);

        var effectiveness = await api.GetAsync($"/api/v1/sweeps/{sweep}/figures/effectiveness");
        var classes = await api.GetAsync($"/api/v1/sweeps/{sweep}/figures/classes");

        Assert.Equal("Macro-F1 over sparsity", (string?)effectiveness["title"]);
        Assert.Equal(1, (double)effectiveness["data"]![0]!["mean"]!);
        // Examples 6 and 7 lose the labels of the bits 1 and 2.
        Assert.Equal(
            ["no: 1 of 4", "maybe: 2 of 4", "yes: 2 of 4"],
            classes["data"]!.AsArray().Select(row => $"{row!["label"]}: {row["pies"]} of {row["examples"]}"));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(7, 7)]
    [InlineData(8, 8)]
    public async Task Readability_is_not_available_if_fewer_than_two_examples_or_all_but_one_are_PIEs(
        int piesAtHalf, int piesAtMost)
    {
        var sweep = await SweepOfPiesAsync(piesAtHalf, piesAtMost);

        var listed = (await api.GetAsync($"/api/v1/sweeps/{sweep}/figures"))["items"]!.AsArray()
            .Single(item => (string?)item!["name"] == "readability")!;
        var detail = await DetailAsync(HttpStatusCode.Conflict, $"/api/v1/sweeps/{sweep}/figures/readability.svg");

        Assert.False((bool)listed["available"]!);
        Assert.Equal(detail, (string?)listed["reason"]);
        Assert.Contains("no labelled comparison has at least 2 of each", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readability_is_by_default_that_of_the_highest_sparsity_with_PIEs_and_other_examples()
    {
        var sweep = await SweepOfPiesAsync(piesAtHalf: 4, piesAtMost: 8);

        var figure = await api.GetAsync($"/api/v1/sweeps/{sweep}/figures/readability");
        var refused = await api.ProblemAsync(
            HttpStatusCode.BadRequest, HttpMethod.Get, $"/api/v1/sweeps/{sweep}/figures/readability?sparsity=90");

        Assert.Contains("4 PIEs of IMP at 50 %", (string)figure["caption"]!, StringComparison.Ordinal);
        Assert.NotEmpty(figure["data"]!.AsArray());
        Assert.Contains("which have: 50", refused["errors"]!["sparsity"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("svg", "image/svg+xml", "<svg")]
    [InlineData("pdf", "application/pdf", "%PDF")]
    [InlineData("png", "image/png", "\u0089PNG")]
    [InlineData("csv", "text/csv", "method,target")]
    public async Task A_file_has_its_type_its_name_and_a_tag_with_which_it_is_not_sent_again(
        string format, string mediaType, string start)
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var path = $"/api/v1/sweeps/{sweep.Id}/figures/effectiveness.{format}";

        using var response = await api.Client.GetAsync(path);
        var bytes = await response.Content.ReadAsByteArrayAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(mediaType, response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(
            $"inline; filename=pie-effectiveness-{sweep.Id}.{format}",
            response.Content.Headers.ContentDisposition!.ToString());
        Assert.StartsWith(start, Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
        Assert.Contains("rel=\"describedby\"", response.Headers.GetValues("Link").Single(), StringComparison.Ordinal);
        Assert.False(response.Headers.ETag!.IsWeak);
        using var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(response.Headers.ETag);
        using var notModified = await api.Client.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, notModified.StatusCode);
    }

    [Fact]
    public async Task Only_an_SVG_may_have_styles_and_nothing_may_have_scripts()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        Assert.Contains("style-src 'unsafe-inline'", await PolicyAsync("pie-rate.svg"), StringComparison.Ordinal);
        Assert.DoesNotContain("script", await PolicyAsync("pie-rate.svg"), StringComparison.Ordinal);
        Assert.DoesNotContain("style-src", await PolicyAsync("pie-rate.pdf"), StringComparison.Ordinal);

        async Task<string> PolicyAsync(string name)
        {
            using var response = await api.Client.GetAsync($"/api/v1/sweeps/{sweep.Id}/figures/{name}");
            return response.Headers.GetValues("Content-Security-Policy").Single();
        }
    }

    [Theory]
    [InlineData("effectiveness.svg?dpi=300", "dpi")]
    [InlineData("effectiveness.png?dpi=200", "dpi")]
    [InlineData("effectiveness.csv?width=page", "width")]
    [InlineData("effectiveness?epoch=0", "epoch")]
    [InlineData("classes?methods=IMP,MP-AI", "methods")]
    [InlineData("classes?labels=never", "labels")]
    [InlineData("readability?methods=IMP,MP-AI", "methods")]
    [InlineData("pie-rate?methods=nonsense", "methods")]
    [InlineData("pie-rate?methods=IRP", "methods")]
    [InlineData("pie-rate?model=other", "model")]
    [InlineData("pie-rate?split=train", "split")]
    [InlineData("overlap?sparsity=51", "sparsity")]
    public async Task A_parameter_that_selects_nothing_or_does_not_apply_is_named(string path, string field)
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        await api.Situations.StateManyExamplesAsync(sweep.Id);

        Assert.Equal(
            [field], await api.InvalidFieldsAsync(HttpMethod.Get, $"/api/v1/sweeps/{sweep.Id}/figures/{path}"));
    }

    [Fact]
    public async Task An_unknown_figure_or_format_is_not_found_with_those_that_exist()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var figures = $"/api/v1/sweeps/{sweep.Id}/figures";

        var (name, format, reason) = (
            await DetailAsync(HttpStatusCode.NotFound, $"{figures}/speed"),
            await DetailAsync(HttpStatusCode.NotFound, $"{figures}/overlap.gif"),
            await DetailAsync(HttpStatusCode.Conflict, $"{figures}/influence.svg"));

        Assert.Contains("effectiveness", name, StringComparison.Ordinal);
        Assert.Contains("svg, png, pdf, csv", format, StringComparison.Ordinal);
        Assert.Contains("predictSplits", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sweep_without_labels_has_no_figure_yet()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "IMP"));

        var items = (await api.GetAsync($"/api/v1/sweeps/{sweep}/figures"))["items"]!.AsArray();
        var detail = await DetailAsync(HttpStatusCode.Conflict, $"/api/v1/sweeps/{sweep}/figures/pie-rate.svg");

        Assert.All(items, item => Assert.Equal(detail, (string?)item!["reason"]));
        Assert.Contains("0 of 6 runs", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_half_finished_sweep_is_drawn_with_a_note()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 3, "IMP", "MP-AI");
        var sweep = await api.SubmitAsync(request);
        foreach (var run in (await api.Situations.RunsOfAsync(sweep))
            .Where(run => run.Method != Method.MpAi && run.Seed < 2))
            await api.Situations.TrainAsync(run);
        await api.Situations.LabelAsync(sweep);

        var figure = await api.GetAsync($"/api/v1/sweeps/{sweep}/figures/effectiveness");
        var svg = await api.Client.GetStringAsync($"/api/v1/sweeps/{sweep}/figures/effectiveness.svg?fonts=none");

        Assert.StartsWith(
            "Provisional: 0 of 2 comparisons are complete", (string?)figure["provisional"], StringComparison.Ordinal);
        Assert.Contains(">Provisional: 0 of 2 comparisons", svg, StringComparison.Ordinal);
        // Two runs have no interval.
        Assert.All(figure["data"]!.AsArray(), row => Assert.Null(row!["low"]));
    }

    [Fact]
    public async Task By_default_a_figure_is_about_a_model_that_has_labels()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 3, "IMP");
        var other = request["models"]![0]!.DeepClone();
        (other["name"], other["hyperparameters"]!["hiddenSize"]) = ("other", 7);
        request["models"]!.AsArray().Add(other);
        var sweep = await api.SubmitAsync(request);
        foreach (var run in (await api.Situations.RunsOfAsync(sweep))
            .Where(run => run.Recipe!.Hyperparameters.HiddenSize == 7))
            await api.Situations.TrainAsync(run);
        await api.Situations.LabelAsync(sweep);

        var figure = await api.GetAsync($"/api/v1/sweeps/{sweep}/figures/pie-rate");

        Assert.Equal("other", (string?)figure["source"]!["model"]);
        Assert.Equal(
            ["model"],
            await api.InvalidFieldsAsync(
                HttpMethod.Get, $"/api/v1/sweeps/{sweep}/figures/effectiveness.svg?model=bilstm"));
    }

    /// <summary>A labelled sweep of IMP at 50 and 90 %; of the eight examples, the first ones are PIEs.</summary>
    private async Task<Guid> SweepOfPiesAsync(int piesAtHalf, int piesAtMost)
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 3, "IMP");
        request["sparsities"] = new JsonArray(50, 90);
        var sweep = await api.SubmitAsync(request);
        await api.Situations.TrainAsync(
            sweep, (run, position) => (position + (position < PiesOf(run) ? 1 : 0)) % 3);
        await api.Situations.LabelAsync(sweep);
        return sweep;

        int PiesOf(Run run) => run.Method == Method.Dense ? 0 : run.Sparsity == 50 ? piesAtHalf : piesAtMost;
    }

    private Task<JsonObject> FigureAsync(StudiedSweep sweep, string name, string query = "") =>
        api.GetAsync($"/api/v1/sweeps/{sweep.Id}/figures/{name}{query}");

    private async Task<string> DetailAsync(HttpStatusCode status, string path) =>
        (string)(await api.ProblemAsync(status, HttpMethod.Get, path))["detail"]!;
}
