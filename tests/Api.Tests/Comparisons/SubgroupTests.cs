using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Comparisons;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;
using PieService.TestSupport;

namespace PieService.Api.Tests.Comparisons;

/// <summary>
/// Eight examples "text 0" to "text 7" with gold classes no, maybe, yes, no, maybe, yes, no, maybe. The dense runs are
/// right; the pruned runs predict no for yes, so both examples of yes are PIEs, and one pruned run predicts maybe for
/// example 0.
/// </summary>
public sealed class SubgroupTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("""{ "contains": "TEXT 7" }""", 1)]
    [InlineData("""{ "contains": "second" }""", 1)]
    [InlineData("""{ "label": "yes" }""", 2)]
    [InlineData("""{ "minWords": 3 }""", 1)]
    [InlineData("""{ "maxWords": 2 }""", 7)]
    [InlineData("""{ "attribute": "topic", "equals": "sports" }""", 3)]
    [InlineData("""{ "attribute": "topic", "equals": "sports", "label": "no" }""", 1)]
    [InlineData("""{ "contains": "nothing" }""", 0)]
    public async Task A_subgroup_has_the_examples_that_meet_all_its_conditions(string where, int examples)
    {
        var (dataset, comparison) = await LabelledAsync();
        await CreateAsync(dataset, "group", where);

        Assert.All(await RowsAsync(comparison), row => Assert.Equal(examples, (int)row["examples"]!));
    }

    [Theory]
    [InlineData("""{ "contains": "TEXT 5" }""", "5", "5")]
    [InlineData("""{ "contains": "second" }""", "", "4")]
    [InlineData("""{ "label": "yes" }""", "2 5", "2 5")]
    [InlineData("""{ "label": "no" }""", "", "0 3 6")]
    [InlineData("""{ "minWords": 3 }""", "", "4")]
    [InlineData("""{ "maxWords": 2, "label": "yes" }""", "2 5", "2 5")]
    [InlineData("""{ "attribute": "topic", "equals": "sports" }""", "2", "0 1 2")]
    [InlineData("""{ "attribute": "topic", "equals": "Sports" }""", "", "")]
    [InlineData("""{ "attribute": "topic", "equals": "sports", "contains": "text 2" }""", "2", "2")]
    public async Task The_PIEs_and_the_examples_of_a_comparison_can_be_limited_to_a_subgroup(
        string where, string pies, string examples)
    {
        var (dataset, comparison) = await LabelledAsync();
        await CreateAsync(dataset, "a group", where);
        await CreateAsync(dataset, "all", """{ "maxWords": 9 }""");
        var path = $"/api/v1/comparisons/{comparison}";

        foreach (var (list, expected) in new[] { ("pies?orderBy=position&", pies), ("examples?", examples) })
        {
            var found = await api.GetAsync($"{path}/{list}subgroup=a%20group");

            Assert.Equal(expected, string.Join(' ', found["items"]!.AsArray().Select(row => row!["position"])));
            Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length, (int)found["totalItems"]!);
        }
        Assert.Equal(8, (int)(await api.GetAsync($"{path}/examples?subgroup=all"))["totalItems"]!);
    }

    [Fact]
    public async Task A_list_of_a_subgroup_has_the_other_filters_pages_and_files()
    {
        var (dataset, comparison) = await LabelledAsync();
        await CreateAsync(dataset, "words", """{ "maxWords": 2 }""");
        var path = $"/api/v1/comparisons/{comparison}/examples?subgroup=words";

        var pages = await api.WalkAsync($"{path}&pageSize=2");
        var csv = await api.Client.GetStringAsync($"{path}&format=csv");
        var filtered = await api.GetAsync($"{path}&label=maybe&isPie=false");

        Assert.Equal([0, 1, 2, 3, 5, 6, 7], pages.Select(row => (int)row["position"]!));
        Assert.Equal(1 + pages.Count, csv.TrimEnd().Split('\n').Length);
        Assert.Equal([1, 7], filtered["items"]!.AsArray().Select(row => (int)row!["position"]!));
    }

    /// <summary>The members are found first. Meanwhile, the comparison is labelled again and has other PIEs.</summary>
    [Fact]
    public async Task The_rows_are_those_of_the_labels_whose_texts_were_read()
    {
        var (dataset, comparison) = await LabelledAsync();
        await CreateAsync(dataset, "words", """{ "maxWords": 2 }""");
        var (table, filter) = (new PieTable(), new PieFilter { Subgroup = "words", OrderBy = PieOrder.Position });
        await using var db = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync();

        var scope = await table.FindAsync(db, comparison, filter, CancellationToken.None);
        await Sql.ExecuteAsync(
            api.ConnectionString,
            $"""
            UPDATE pie_labels SET is_pie = NOT is_pie
            WHERE comparison_number = (SELECT number FROM comparisons WHERE id = '{comparison}')
            """);
        var page = await table.Rows(db, scope!, filter).PageAsync(filter, CancellationToken.None);

        Assert.Equal([2, 5], page.Items.Select(pie => pie.Position));
        Assert.Equal(2, page.TotalItems);
    }

    [Fact]
    public async Task A_subgroup_that_the_dataset_does_not_have_is_refused_with_the_names_of_those_that_it_has()
    {
        var (dataset, comparison) = await LabelledAsync();
        var path = $"/api/v1/comparisons/{comparison}/pies?subgroup=long";
        var none = await api.ProblemAsync(HttpStatusCode.BadRequest, HttpMethod.Get, path);
        await CreateAsync(dataset, "short", """{ "maxWords": 9 }""");
        await CreateAsync((await api.Situations.DatasetAsync()).Id, "long", """{ "minWords": 9 }""");
        var some = await api.ProblemAsync(HttpStatusCode.BadRequest, HttpMethod.Get, path);

        Assert.Equal(
            "is not a subgroup of this dataset, which has none; POST /datasets/{id}/subgroups creates one",
            (string)none["errors"]!["subgroup"]![0]!);
        Assert.Equal(
            "is not a subgroup of this dataset; it has short", (string)some["errors"]!["subgroup"]![0]!);
    }

    [Fact]
    public async Task A_row_has_the_error_rates_of_a_class_in_the_subgroup_and_its_rate_of_PIEs()
    {
        var (dataset, comparison) = await LabelledAsync();
        // Examples 0, 1 and 2 have one gold label each.
        await CreateAsync(dataset, "first three", """{ "attribute": "topic", "equals": "sports" }""");

        var rows = await RowsAsync(comparison);

        Assert.Equal(
            ["first three no", "first three maybe", "first three yes"],
            rows.Select(row => $"{row["subgroup"]} {row["class"]}"));
        // One of two examples of other classes is predicted as no by each pruned run.
        var fpr = rows[0]["fpr"]!;
        Assert.Equal((0.0, 0.5), ((double)fpr["dense"]!, (double)fpr["pruned"]!));
        Assert.Null(fpr["relativeChange"]);
        // One of three pruned runs misses the only example of no: Welch's t of 0, 0, 1 against 0, 0, 0 is 1 for 2 df.
        var test = rows[0]["fnr"]!["test"]!;
        Assert.Equal(1.0 / 3, (double)test["difference"]!, 12);
        Assert.Equal((1.0, 2.0), (Math.Round((double)test["t"]!, 12), (double)test["df"]!));
        Assert.Equal(0.42264973081037427, (double)test["p"]!, 9);
        // It is the only test of a false negative with a p value below 1 among three rows, one of which has none.
        Assert.Equal(2 * 0.42264973081037427, (double)test["q"]!, 9);
        // All three pruned runs miss the only example of yes, and no dense run: neither varies, so there is no test.
        Assert.Equal((1.0, null), ((double)rows[2]["fnr"]!["pruned"]!, (double?)rows[2]["fnr"]!["test"]!["p"]));
        // One of three examples of the subgroup is a PIE, and one of five others: the ratio is 5/3, and its logarithm
        // has the standard error sqrt(1 - 1/3 + 1 - 1/5).
        var pies = rows[0]["pieRate"]!;
        Assert.Equal((1.0 / 3, 0.2), ((double)pies["group"]!, (double)pies["rest"]!));
        Assert.Equal(5.0 / 3, (double)pies["ratio"]!, 12);
        Assert.Equal(5.0 / 3 * Math.Exp(-1.959963984540054 * Math.Sqrt(22.0 / 15)), (double)pies["low"]!, 9);
    }

    /// <summary>Until the comparison is labelled again, its stored labels are of other predictions.</summary>
    [Fact]
    public async Task Error_rates_and_PIEs_of_a_row_are_of_the_same_predictions()
    {
        var (dataset, comparison) = await LabelledAsync();
        await CreateAsync(dataset, "yes", """{ "label": "yes" }""");
        await Sql.ExecuteAsync(
            api.ConnectionString,
            $"""
            UPDATE run_predictions SET classes = dense.classes FROM (
                SELECT classes FROM run_predictions JOIN runs ON runs.id = run_id
                WHERE dataset_id = '{dataset}' AND sparsity = 0 LIMIT 1) AS dense
            WHERE run_id IN (SELECT id FROM runs WHERE dataset_id = '{dataset}')
            """);

        var yes = (await RowsAsync(comparison))[2];

        Assert.Equal(
            (0.0, 0.0, 0.0),
            ((double)yes["fnr"]!["pruned"]!, (double)yes["pieRate"]!["group"]!, (double)yes["pieRate"]!["rest"]!));
    }

    [Fact]
    public async Task The_rows_of_one_class_are_selected_by_its_name()
    {
        var (dataset, comparison) = await LabelledAsync();
        await CreateAsync(dataset, "sports", """{ "attribute": "topic", "equals": "sports" }""");
        await CreateAsync(dataset, "long", """{ "minWords": 2 }""");

        var rows = await RowsAsync(comparison, "?class=maybe");

        Assert.Equal(["sports maybe", "long maybe"], rows.Select(row => $"{row["subgroup"]} {row["class"]}"));
        // Also their q values are those of the whole table, since the class may have been chosen by its p value.
        Assert.Equal(
            (await RowsAsync(comparison)).Where(row => (string?)row["class"] == "maybe")
                .Select(row => row.ToJsonString()),
            rows.Select(row => row.ToJsonString()));
        Assert.Equal(
            ["class"],
            await api.InvalidFieldsAsync(
                HttpMethod.Get, $"/api/v1/comparisons/{comparison}/subgroups?class=perhaps"));
    }

    [Fact]
    public async Task Before_it_is_labelled_a_comparison_has_rows_without_numbers()
    {
        var dataset = await api.Situations.DatasetAsync();
        await CreateAsync(dataset.Id, "group", """{ "minWords": 1 }""");
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI"));

        Assert.All(
            await RowsAsync(await ComparisonAsync(sweep)),
            row => Assert.Equal((null, null, null), (row["examples"], row["fpr"], row["pieRate"])));
    }

    [Fact]
    public async Task Subgroups_are_listed_in_the_order_of_their_creation_and_can_be_deleted()
    {
        var dataset = (await api.Situations.DatasetAsync()).Id;
        var first = await CreateAsync(dataset, "negation", """{ "contains": " not ", "label": "no" }""");
        await CreateAsync(dataset, "another", """{ "minWords": 5, "maxWords": 40 }""");
        var path = $"/api/v1/datasets/{dataset}/subgroups";

        var listed = await api.WalkAsync($"{path}?pageSize=1");
        Assert.Equal(["negation", "another"], listed.Select(subgroup => (string)subgroup["name"]!));
        Assert.Equal(first.ToJsonString(), listed[0].ToJsonString());
        Assert.Equal(first.ToJsonString(), (await api.GetAsync($"{path}/{first["id"]}")).ToJsonString());

        Assert.Equal(HttpStatusCode.NoContent, (await api.Client.DeleteAsync($"{path}/{first["id"]}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.DeleteAsync($"{path}/{first["id"]}")).StatusCode);
        Assert.Equal(["another"], (await api.WalkAsync($"{path}?pageSize=1")).Select(one => (string)one["name"]!));
    }

    [Theory]
    [InlineData("""{ "name": "", "where": { "minWords": 1 } }""", "name")]
    [InlineData("""{ "name": "a" }""", "where")]
    [InlineData("""{ "name": "a", "where": {} }""", "where")]
    [InlineData("""{ "name": "a", "where": { "contains": "" } }""", "where.contains")]
    [InlineData("""{ "name": "a", "where": { "label": "perhaps" } }""", "where.label")]
    [InlineData("""{ "name": "a", "where": { "minWords": -1 } }""", "where.minWords")]
    [InlineData("""{ "name": "a", "where": { "minWords": 5, "maxWords": 4 } }""", "where.maxWords")]
    [InlineData("""{ "name": "a", "where": { "attribute": "genre", "equals": "x" } }""", "where.attribute")]
    [InlineData("""{ "name": "a", "where": { "attribute": "topic" } }""", "where.equals")]
    [InlineData("""{ "name": "a", "where": { "equals": "sports" } }""", "where.attribute")]
    [InlineData("""{ "name": "a", "where": { "matches": "x.*" } }""", "where.matches where")]
    public async Task An_invalid_subgroup_is_refused_with_its_fields(string subgroup, string fields)
    {
        var dataset = (await api.Situations.DatasetAsync()).Id;
        await Sql.ExecuteAsync(
            api.ConnectionString, $"UPDATE datasets SET attributes = '{{topic}}' WHERE id = '{dataset}'");

        Assert.Subset(
            fields.Split(' ').ToHashSet(),
            (await api.InvalidFieldsAsync(HttpMethod.Post, $"/api/v1/datasets/{dataset}/subgroups", subgroup))
            .ToHashSet());
    }

    [Fact]
    public async Task A_name_is_unique_in_its_dataset_and_a_dataset_has_at_most_100_subgroups()
    {
        var dataset = (await api.Situations.DatasetAsync()).Id;
        await CreateAsync(dataset, "group", """{ "minWords": 1 }""");
        var path = $"/api/v1/datasets/{dataset}/subgroups";
        const string again = """{ "name": "group", "where": { "minWords": 2 } }""";

        var repeated = await api.ProblemAsync(HttpStatusCode.Conflict, HttpMethod.Post, path, again);
        await Sql.ExecuteAsync(
            api.ConnectionString,
            $"INSERT INTO subgroups (id, dataset_id, name, \"where\") SELECT gen_random_uuid(), '{dataset}', i, '{{}}' "
            + "FROM generate_series(2, 100) AS i");
        var full = await api.ProblemAsync(
            HttpStatusCode.Conflict, HttpMethod.Post, path, """{ "name": "one more", "where": { "minWords": 2 } }""");

        Assert.Contains("a subgroup 'group' already", (string)repeated["detail"]!, StringComparison.Ordinal);
        Assert.Contains("limit of 100", (string)full["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subgroup_is_refused_if_its_dataset_is_deleted_meanwhile()
    {
        var dataset = (await api.Situations.DatasetAsync()).Id;
        await using var other = await api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync();
        await using var transaction = await other.Database.BeginTransactionAsync();
        await AdvisoryLocks.TakeDatasetAsync(other, dataset, CancellationToken.None);
        var answer = api.ProblemAsync(
            HttpStatusCode.NotFound, HttpMethod.Post, $"/api/v1/datasets/{dataset}/subgroups",
            """{ "name": "group", "where": { "minWords": 1 } }""");
        await Until.HoldsAsync(async () => answer.IsCompleted || (bool)(await Sql.ScalarAsync(
            api.ConnectionString,
            """
            SELECT EXISTS (
                SELECT 1 FROM pg_stat_activity
                WHERE wait_event_type = 'Lock' AND wait_event = 'advisory' AND datname = current_database())
            """))!);

        await other.Datasets.Where(found => found.Id == dataset).ExecuteDeleteAsync();
        await transaction.CommitAsync();

        await answer;
    }

    [Fact]
    public async Task A_subgroup_is_created_once_for_each_key()
    {
        var dataset = (await api.Situations.DatasetAsync()).Id;

        Assert.Equal(await CreateAsync(), await CreateAsync());

        async Task<string> CreateAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/datasets/{dataset}/subgroups");
            request.Headers.Add("Idempotency-Key", $"{dataset}");
            request.Content = new StringContent(
                """{ "name": "group", "where": { "minWords": 1 } }""", System.Text.Encoding.UTF8, "application/json");
            using var answer = await api.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            return await answer.Content.ReadAsStringAsync();
        }
    }

    private async Task<(Guid Dataset, Guid Comparison)> LabelledAsync()
    {
        var dataset = await api.Situations.DatasetAsync();
        await Sql.ExecuteAsync(
            api.ConnectionString,
            $$"""
            UPDATE datasets SET attributes = ARRAY['topic'] WHERE id = '{{dataset.Id}}';
            UPDATE examples SET attributes = '{"topic": "sports"}'
            WHERE dataset_id = '{{dataset.Id}}' AND position < 3;
            UPDATE examples SET second_text = 'second' WHERE dataset_id = '{{dataset.Id}}' AND position = 4
            """);
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI"));
        await api.Situations.TrainAsync(sweep, (run, position) =>
            run.Method != Method.MpAi ? position % 3
            : position % 3 == 2 ? 0
            : run.Seed == 0 && position == 0 ? 1 : position % 3);
        await api.Situations.LabelAsync(sweep);
        return (dataset.Id, await ComparisonAsync(sweep));
    }

    private async Task<JsonObject> CreateAsync(Guid dataset, string name, string where) => await api.PostAsync(
        $"/api/v1/datasets/{dataset}/subgroups",
        new JsonObject { ["name"] = name, ["where"] = JsonNode.Parse(where) }, HttpStatusCode.Created);

    private async Task<List<JsonNode>> RowsAsync(Guid comparison, string query = "") =>
        [
            .. (await api.GetAsync($"/api/v1/comparisons/{comparison}/subgroups{query}"))["items"]!.AsArray()
                .Select(row => row!),
        ];

    private async Task<Guid> ComparisonAsync(Guid sweep) =>
        (Guid)(await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!["id"]!;
}
