using System.Text.Json.Nodes;
using PieService.TestDatabases;

namespace PieService.Browser;

/// <summary>The whole demo by hand: the page alone is enough to get from a file to its PIEs.</summary>
public sealed class SwaggerUiTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_study_can_be_run_from_file_to_pies_by_clicks_and_keys_alone()
    {
        var file = Path.Combine(service.DataFolder, "reviews.csv");
        await File.WriteAllTextAsync(
            file,
            "text,label\n"
                + string.Concat(
                    Enumerable.Range(0, 60)
                        .Select(i => i % 2 == 0 ? $"a fine film {i % 7},good\n" : $"a dull film {i % 5},bad\n")));
        using var page = new SwaggerPage(service.Client.BaseAddress!);

        var import = page.TryOut("Datasets", "importDataset");
        import.TypePart(
            "definition",
            """{"name":"reviews","task":"singleLabel","format":"csv","columns":{"text":"text","label":"label"},"split":{"test":0.4,"seed":42}}""");
        import.ChooseFile("file", file);
        var (status, dataset) = import.Execute();
        Assert.True(status == 201, $"{status} {dataset}");

        // The example on the page, with the id of this dataset.
        var submit = page.TryOut("Sweeps", "submitSweep");
        var request = JsonNode.Parse(submit.Body)!;
        request["datasetId"] = (string)dataset["id"]!;
        submit.TypeBody(request.ToJsonString());
        (status, var sweep) = submit.Execute();
        Assert.True(status == 202, $"{status} {sweep}");

        var look = page.TryOut("Sweeps", "getSweep");
        look.TypeParameter("id", (string)sweep["id"]!);
        await service.UntilAsync("the page shows that the sweep has succeeded", () =>
        {
            (status, sweep) = look.Execute();
            return Task.FromResult(status == 200 && (string?)sweep["state"] == "succeeded");
        });

        var compare = page.TryOut("Comparisons", "listComparisons");
        compare.TypeParameter("id", (string)sweep["id"]!);
        (status, var comparisons) = compare.Execute();
        Assert.Equal(
            (200, request["methods"]!.AsArray().Count * request["sparsities"]!.AsArray().Count),
            (status, (int)comparisons["totalItems"]!));

        var most = comparisons["items"]!.AsArray().MaxBy(comparison => (int)comparison!["pies"]!)!;
        var list = page.TryOut("PIEs", "listPies");
        list.TypeParameter("id", (string)most["id"]!);
        (status, var pies) = list.Execute();
        Assert.Equal((200, (int)most["pies"]!), (status, (int)pies["totalItems"]!));

        Assert.Empty(page.Complaints());
    }

    [Fact]
    public void A_link_to_an_operation_opens_the_page_with_the_operation_expanded()
    {
        using var page = new SwaggerPage(service.Client.BaseAddress!, "/swagger/index.html#/PIEs/listPies");

        Assert.NotEmpty(page.ExpandedSummary("PIEs", "listPies"));
    }
}
