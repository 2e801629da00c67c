using PieService.Api.Pages;
using PieService.Api.Tests.SweepAnalysis;

namespace PieService.Api.Tests.Pages;

public sealed class TablePageTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Every_table_of_a_comparison_and_of_a_sweep_has_the_columns_of_its_file()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);
        var paths = TablePages.OfComparison
            .Select(table => $"/comparisons/{sweep.Comparisons["MP-AI 90"]}/{table.Name}")
            .Concat(TablePages.OfSweep.Select(table => $"/sweeps/{sweep.Id}/{table.Name}"));
        foreach (var path in paths)
        {
            var page = await Html.FoundAsync(api.Client, $"/ui{path}");
            var csv = await api.Client.GetStringAsync($"/api/v1{path}?format=csv");

            Assert.Equal($"/api/v1{path}?format=csv", page.Link("CSV"));
            var header = csv.Split('\n')[0].TrimStart('\uFEFF').Trim().Split(',');
            Assert.All(page.Heads, head => Assert.Contains(head, header));
            Assert.All(page.Rows, row => Assert.Equal(page.Heads.Count, row.Count));
        }
    }

    [Fact]
    public async Task A_table_has_the_filters_of_the_API()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var all = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep.Id}/pies");
        var core = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep.Id}/pies?minShare=1&excludeCollapsed=false");

        Assert.Equal(["0", "3", "4", "5"], all.Rows.Select(row => row[1]).Order());
        Assert.Equal(["0"], core.Rows.Select(row => row[1]));
        Assert.Contains("name=\"minShare\" type=\"number\" step=\"any\" value=\"1\"", core.Source,
            StringComparison.Ordinal);
        Assert.Contains("<option value=\"false\" selected>", core.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_table_states_what_it_needs()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var page = await Html.FoundAsync(
            api.Client, $"/ui/comparisons/{sweep.Comparisons["MP-AI 90"]}/influence");

        Assert.Contains("a sweep with observationEpochs and predictSplits", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_intersection_names_its_comparisons_and_leads_to_them()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep.Id}/intersections");

        Assert.Contains(page.Rows, row => row[0].Contains("MP-AI at 90 %", StringComparison.Ordinal));
        Assert.Contains($"/ui/comparisons/{sweep.Comparisons["MP-AI 90"]}", page.Addresses);
    }

    [Fact]
    public async Task A_column_with_one_value_is_stated_once()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep.Id}/overlaps");

        Assert.Contains("first_model bilstm, first_architecture BiLSTM", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("first_model", page.Heads);
        Assert.Contains("jaccard", page.Heads);
    }

    [Fact]
    public async Task An_id_in_a_table_leads_to_its_page()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var page = await Html.FoundAsync(api.Client, $"/ui/sweeps/{sweep.Id}/overlaps");

        Assert.Contains($"/ui/comparisons/{sweep.Comparisons["IMP 50"]}", page.Addresses);
    }
}
