using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using PieService.Api.Figures;
using PieService.Api.Tests.SweepAnalysis;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Api.Tests.Figures;

public sealed class TrajectoryTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task The_votes_of_every_cohort_are_in_the_figure_of_an_example()
    {
        var figure = await api.GetAsync(await AddressAsync(position: 5));

        // Two of the six pruned runs at 90 % are right, and the other four predict the next class, which is no.
        Assert.Equal(
            ["dense : yes 6", "IMP 50: yes 6", "IMP 90: yes 6", "MP-AI 50: yes 6", "MP-AI 90: no 4, yes 2, PIE"],
            figure["data"]!.AsArray().Select(row =>
                $"{(string?)row!["cohort"]?["method"] ?? "dense"} {row["cohort"]?["target"]}: "
                + string.Join(", ", row["votes"]!.AsObject().Select(vote => $"{vote.Key} {vote.Value}"))
                + ((bool)row["isPie"]! ? ", PIE" : "")));
        Assert.Contains("gold label 'yes'", (string)figure["caption"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("svg", "image/svg+xml")]
    [InlineData("pdf", "application/pdf")]
    [InlineData("png", "image/png")]
    [InlineData("csv", "text/csv")]
    public async Task The_figure_of_an_example_is_a_file_of_each_format(string format, string mediaType)
    {
        using var response = await api.Client.GetAsync($"{await AddressAsync(position: 0)}.{format}");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(mediaType, response.Content.Headers.ContentType!.MediaType);
    }

    /// <summary>The baseline and a cohort of imported predictions of which only the bits are known.</summary>
    [Fact]
    public async Task A_row_of_a_file_names_its_baseline_and_its_label_and_has_no_unknown_target()
    {
        var known = (TrajectoryFigure)KnownFigures.All["trajectory-of-one-label"];
        var imported = known with
        {
            Source = known.Source with { Baseline = Method.External },
            Rows =
            [
                known.Rows[0],
                known.Rows[1] with { Cohort = new(Guid.Empty, Method.External, 0, "int4", Collapsed: false) },
            ],
        };

        Assert.Equal(
            [
                "method,target,cohort,runs,isPie,label,differs",
                "external,,,30,false,yes,false",
                "external,,int4,30,false,yes,false",
            ],
            await FirstColumnsAsync(imported));
        Assert.Equal("dense,,,30,false,yes,false", (await FirstColumnsAsync(known))[1]);

        static async Task<IReadOnlyList<string>> FirstColumnsAsync(Figure figure)
        {
            using var file = new MemoryStream();
            await figure.WriteCsvAsync(file, CancellationToken.None);
            return [.. Encoding.UTF8.GetString(file.ToArray()).TrimStart('\uFEFF').Split('\n')
                .Where(line => line.Length > 0).Select(line => string.Join(',', line.Split(',').Take(7)))];
        }
    }

    [Theory]
    [InlineData("?sparsity=90", "sparsity")]
    [InlineData("?labels=no", "labels")]
    [InlineData(".pdf?dpi=300", "dpi")]
    public async Task A_parameter_that_does_not_apply_is_named(string rest, string field) =>
        Assert.Equal([field], await api.InvalidFieldsAsync(HttpMethod.Get, await AddressAsync(position: 0) + rest));

    /// <summary>The dense runs give example 7 all three labels, the pruned runs only the first one.</summary>
    [Fact]
    public async Task Multi_label_data_show_the_label_about_which_most_cohorts_differ_or_another_one()
    {
        var dataset = await api.Situations.DatasetAsync(LearningTask.MultiLabel);
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "IMP"));
        await api.Situations.TrainMultiLabelAsync(
            sweep, (run, example) => run.Method == Method.Imp && example >= 6 ? 1 : example, threshold: 0.5);
        await api.Situations.LabelAsync(sweep);
        var address =
            $"/api/v1/sweeps/{sweep}/examples/{Example.IdOf(dataset.Id, Split.Test, 7)}/figures/trajectory";

        var (usual, other) = (await api.GetAsync(address), await api.GetAsync($"{address}?labels=no"));
        var drawn = await api.Client.GetStringAsync($"{address}.svg?fonts=none");

        Assert.Contains("predict the label 'maybe' or do not", (string)usual["caption"]!, StringComparison.Ordinal);
        Assert.Contains("gold labels 'no', 'maybe', 'yes'", (string)usual["caption"]!, StringComparison.Ordinal);
        Assert.Equal(["false false", "true true"], usual["data"]!.AsArray().Select(PieAndDiffers));
        Assert.Equal(
            ["no 3, maybe 3, yes 3", "no 3"],
            usual["data"]!.AsArray().Select(row =>
                string.Join(", ", row!["votes"]!.AsObject().Select(vote => $"{vote.Key} {vote.Value}"))));
        Assert.Contains("not maybe: 3 of 3", drawn, StringComparison.Ordinal);
        Assert.Equal(["false false", "true false"], other["data"]!.AsArray().Select(PieAndDiffers));
        Assert.Equal(["labels"], await api.InvalidFieldsAsync(HttpMethod.Get, $"{address}?labels=no,maybe"));

        static string PieAndDiffers(JsonNode? row) => $"{row!["isPie"]} {row["differs"]}";
    }

    /// <summary>All runs give example 6 its gold labels, the second and the third one, and example 0 none.</summary>
    [Theory]
    [InlineData(6, "the label 'maybe' or do not", "gold labels 'maybe', 'yes'")]
    [InlineData(0, "the label 'no' or do not", "without a gold label")]
    public async Task Multi_label_data_without_a_difference_show_a_gold_label(
        int position, string shown, string gold)
    {
        var dataset = await api.Situations.DatasetAsync(LearningTask.MultiLabel);
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "IMP"));
        await api.Situations.TrainMultiLabelAsync(sweep, (_, example) => example, threshold: 0.5);
        await api.Situations.LabelAsync(sweep);

        var figure = await api.GetAsync(
            $"/api/v1/sweeps/{sweep}/examples/{Example.IdOf(dataset.Id, Split.Test, position)}/figures/trajectory");

        Assert.Contains(shown, (string)figure["caption"]!, StringComparison.Ordinal);
        Assert.Contains(gold, (string)figure["caption"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_example_without_votes_has_no_trajectory()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "IMP"));

        var problem = await api.ProblemAsync(
            HttpStatusCode.Conflict, HttpMethod.Get,
            $"/api/v1/sweeps/{sweep}/examples/{Example.IdOf(dataset.Id, Split.Test, 0)}/figures/trajectory.svg");

        Assert.Contains("the example has no votes", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    private async Task<string> AddressAsync(int position)
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var dataset = (Guid)(await api.GetAsync($"/api/v1/sweeps/{sweep.Id}"))["datasetId"]!;
        return $"/api/v1/sweeps/{sweep.Id}/examples/{Example.IdOf(dataset, Split.Test, position)}/figures/trajectory";
    }
}
