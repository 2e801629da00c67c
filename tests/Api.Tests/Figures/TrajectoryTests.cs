using System.Net;
using PieService.Api.Tests.SweepAnalysis;
using PieService.Domain.Datasets;

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

    [Theory]
    [InlineData("?sparsity=90", "sparsity")]
    [InlineData(".pdf?dpi=300", "dpi")]
    public async Task A_parameter_that_does_not_apply_is_named(string rest, string field) =>
        Assert.Equal([field], await api.InvalidFieldsAsync(HttpMethod.Get, await AddressAsync(position: 0) + rest));

    [Fact]
    public async Task Multi_label_data_have_no_trajectory()
    {
        var dataset = await api.Situations.DatasetAsync(LearningTask.MultiLabel);
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "IMP"));

        var problem = await api.ProblemAsync(
            HttpStatusCode.Conflict, HttpMethod.Get,
            $"/api/v1/sweeps/{sweep}/examples/{Example.IdOf(dataset.Id, Split.Test, 0)}/figures/trajectory.svg");

        Assert.Contains("multi-label", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    private async Task<string> AddressAsync(int position)
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var dataset = (Guid)(await api.GetAsync($"/api/v1/sweeps/{sweep.Id}"))["datasetId"]!;
        return $"/api/v1/sweeps/{sweep.Id}/examples/{Example.IdOf(dataset, Split.Test, position)}/figures/trajectory";
    }
}
