using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using PieService.Domain.Datasets;
using PieService.Domain.Datasets.Texts;
using PieService.Domain.Recipes;
using PieService.TestSupport;

namespace PieService.Api.Tests.Comparisons;

/// <summary>The texts of PIEs, and the queue of those whose labels are suspect.</summary>
public sealed class TextTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    /// <summary>Examples 2 and 5 are PIEs.</summary>
    private static readonly string[] Texts =
    [
        "A dog.", "A man sleeps.", "An unbelievably complicated international organisation fails.", "Two men run.",
        "A cat sits.", "Extraordinary circumstances complicate every undertaking.", "A boy eats.", "A girl.",
    ];

    [Fact]
    public async Task A_measure_has_the_means_of_both_groups_their_difference_and_its_test()
    {
        var rows = await RowsAsync(await LabelledAsync(pairs: false));

        Assert.Equal(
            Enum.GetNames<TextMeasure>().Select(name => name.ToUpperInvariant()),
            rows.Select(row => ((string)row["measure"]!).ToUpperInvariant()));
        // 6 and 5 words against 2, 3, 3, 3, 3, 2: every PIE is longer.
        var words = Row(rows, "words");
        Assert.Equal((5.5, 16.0 / 6), ((double)words["pies"]!, (double)words["rest"]!));
        Assert.Equal(5.5 - (16.0 / 6), (double)words["difference"]!["value"]!, 12);
        // The variances of the means are 0.5 / 2 and (4 / 15) / 6.
        var half = 1.959963984540054 * Math.Sqrt(0.25 + (2.0 / 45));
        Assert.Equal(5.5 - (16.0 / 6) - half, (double)words["difference"]!["low"]!, 9);
        Assert.Equal(5.5 * 6 / 16, (double)words["ratio"]!["value"]!, 12);
        Assert.Equal(1, (double)words["cliffsDelta"]!["value"]!);
        // U = 12 of 12, mean 6, with the correction for the ties 4^3 - 4 and 2^3 - 2.
        Assert.True((double)words["p"]! is > 0.03 and < 0.07);
        Assert.True((double)words["q"]! >= (double)words["p"]!);
    }

    [Fact]
    public async Task A_higher_reading_ease_is_easier_so_its_ratio_is_that_of_the_rest()
    {
        // Easy texts for all, so that both means are positive.
        var rows = await RowsAsync(await LabelledAsync(pairs: false, texts: [
            "The dog ran to me.", "A man sat.", "The cat was very happy today.", "Two men ran.", "The cat sat down.",
            "A happy baby slept.", "The boy ate.", "The girl sang."]));
        var ease = Row(rows, "fleschReadingEase");

        Assert.Equal(
            (double)ease["rest"]! / (double)ease["pies"]!, (double)ease["ratio"]!["value"]!, 12);
        Assert.True((double)ease["ratio"]!["low"]! < (double)ease["ratio"]!["value"]!);
        Assert.True((double)ease["ratio"]!["high"]! > (double)ease["ratio"]!["value"]!);
    }

    /// <summary>The mean of the PIEs is positive, and a hundred thousandth of its standard error.</summary>
    [Fact]
    public async Task A_ratio_has_no_interval_if_a_number_cannot_hold_its_ends()
    {
        var comparison = await LabelledAsync(pairs: false);
        double[] values = [50, 60, -100, 50, 60, 100.002, 50, 60];
        await Sql.ExecuteAsync(
            api.ConnectionString,
            $"""
            UPDATE text_values SET packed = '\x{Convert.ToHexString(MemoryMarshal.AsBytes(values.AsSpan()))}'
            WHERE measure = 'fleschReadingEase' AND dataset_id = (
                SELECT dataset_id FROM sweeps JOIN comparisons ON comparisons.sweep_id = sweeps.id
                WHERE comparisons.id = '{comparison}');
            DELETE FROM text_effects WHERE comparison_id = '{comparison}'
            """);

        var ratio = Row(await RowsAsync(comparison), "fleschReadingEase")["ratio"]!;

        Assert.Equal((55000, null, null), (Math.Round((double)ratio["value"]!), ratio["low"], ratio["high"]));
    }

    [Theory]
    [InlineData("joined", 7.5, 17.0 / 6)]
    [InlineData("first", 5.5, 16.0 / 6)]
    [InlineData("second", 2, null)]
    public async Task The_texts_of_pairs_are_measured_together_or_alone(string pairs, double pies, double? rest)
    {
        var words = Row(await RowsAsync(await LabelledAsync(pairs: true), $"?pairs={pairs}"), "words");

        if (rest is null) Assert.Null(words["pies"]);
        else Assert.Equal((pies, rest), ((double)words["pies"]!, (double)words["rest"]!));
    }

    /// <summary>An idea has two syllables by hyphenation and four by pronunciation.</summary>
    [Theory]
    [InlineData("", 2, 2)]
    [InlineData("?syllables=hyphenation", 2, 2)]
    [InlineData("?syllables=pronunciation", 4, 2)]
    public async Task Syllables_are_counted_by_hyphenation_or_pronunciation(string query, double pies, double rest)
    {
        var rows = await RowsAsync(await LabelledAsync(pairs: false, texts: [
            "A dog.", "A dog.", "An idea.", "A dog.", "A dog.", "An idea.", "A dog.", "A dog."]), query);

        Assert.Equal(Enum.GetNames<TextMeasure>().Length, rows.Count);
        var (syllables, words) = (Row(rows, "syllables"), Row(rows, "words"));
        Assert.Equal((pies, rest), ((double)syllables["pies"]!, (double)syllables["rest"]!));
        Assert.Equal((2.0, 2.0), ((double)words["pies"]!, (double)words["rest"]!));
    }

    [Fact]
    public async Task Texts_of_equal_length_are_compared_within_deciles_of_words()
    {
        var codePoints = Row(
            await RowsAsync(await LabelledAsync(pairs: false, texts: [
                "aa bb", "aa bb", "aaa bbb", "aa bb", "aa bb cc", "aaa bbb ccc", "aa bb cc", "aa bb cc"])),
            "codePoints")["lengthAdjusted"]!;

        // 7 against 5 among texts of two words, and 11 against 8 among those of three.
        Assert.Equal(
            (2.5, 2, 2),
            ((double)codePoints["difference"]!, (int)codePoints["strata"]!, (int)codePoints["pies"]!));
        Assert.Equal((18.0 / 13, 1.0), ((double)codePoints["ratio"]!, (double)codePoints["cliffsDelta"]!));
    }

    [Fact]
    public async Task Second_texts_can_be_chosen_only_for_pairs()
    {
        var comparison = await LabelledAsync(pairs: false);

        Assert.Equal(
            ["pairs"],
            await api.InvalidFieldsAsync(HttpMethod.Get, $"/api/v1/comparisons/{comparison}/texts?pairs=second"));
        Assert.Equal(
            ["pairs"],
            await api.InvalidFieldsAsync(HttpMethod.Get, $"/api/v1/comparisons/{comparison}/texts?pairs=both"));
        Assert.Equal(
            (await RowsAsync(comparison)).Select(row => row.ToJsonString()),
            (await RowsAsync(comparison, "?pairs=first")).Select(row => row.ToJsonString()));
    }

    [Fact]
    public async Task Before_it_is_labelled_a_comparison_has_measures_without_numbers()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "MP-AI"));

        var rows = await RowsAsync(await ComparisonAsync(sweep));

        Assert.Equal(Enum.GetValues<TextMeasure>().Length, rows.Count);
        Assert.All(rows, row => Assert.Equal((null, null, null), (row["pies"], row["difference"], row["q"])));
    }

    [Fact]
    public async Task Texts_are_measured_once_for_all_comparisons_of_a_split()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI", "IMP"));
        await api.Situations.TrainAsync(sweep, (_, position) => position % 3);
        await api.Situations.LabelAsync(sweep);

        Assert.Equal(
            Enum.GetValues<TextMeasure>().Length + TextMeasures.OfSyllables.Count,
            (long)(await Sql.ScalarAsync(
                api.ConnectionString, $"SELECT count(*) FROM text_values WHERE dataset_id = '{dataset.Id}'"))!);
    }

    /// <summary>No value of a text is read.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("?pairs=first")]
    [InlineData("?pairs=second")]
    [InlineData("?syllables=pronunciation")]
    [InlineData("?pairs=first&syllables=pronunciation")]
    public async Task What_is_stored_with_the_labels_are_the_same_bits_as_the_texts_give(string query)
    {
        var comparison = await LabelledAsync(pairs: true);
        await ExecuteAsync("ALTER TABLE text_values RENAME TO hidden_values");
        List<JsonNode> stored;
        try
        {
            stored = await RowsAsync(comparison, query);
        }
        finally
        {
            await ExecuteAsync("ALTER TABLE hidden_values RENAME TO text_values");
        }
        await ExecuteAsync($"DELETE FROM text_effects WHERE comparison_id = '{comparison}'");

        var computed = await RowsAsync(comparison, query);

        Assert.Equal(computed.Select(row => row.ToJsonString()), stored.Select(row => row.ToJsonString()));

        Task ExecuteAsync(string sql) => Sql.ExecuteAsync(api.ConnectionString, sql);
    }

    [Fact]
    public async Task Provisional_labels_have_texts_that_are_compared_when_they_are_asked_for()
    {
        var dataset = await api.Situations.DatasetAsync();
        await WriteAsync(dataset.Id, Texts, pairs: false);
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI"));
        foreach (var run in (await api.Situations.RunsOfAsync(sweep)).Where(run => run.Seed < 2))
            await api.Situations.TrainAsync(
                run, (of, position) => of.Method == Method.MpAi && position % 3 == 2 ? 0 : position % 3);
        await api.Situations.LabelAsync(sweep);
        var comparison = await ComparisonAsync(sweep);

        Assert.Equal(5.5, (double)Row(await RowsAsync(comparison), "words")["pies"]!);
        Assert.Equal(0L, await Sql.ScalarAsync(
            api.ConnectionString, $"SELECT count(*) FROM text_effects WHERE comparison_id = '{comparison}'"));
    }

    [Fact]
    public async Task PIEs_are_listed_by_how_suspect_their_labels_are()
    {
        var queue = (await api.GetAsync(
            $"/api/v1/comparisons/{await LabelledAsync(pairs: false, pies: _ => true)}/relabel-queue?pageSize=3"));

        Assert.Equal(8, (int)queue["totalItems"]!);
        // The scores of every example increase with the class, so the first class is the least supported one.
        Assert.Equal([0, 3, 6], queue["items"]!.AsArray().Select(item => (int)item!["position"]!));
        var first = queue["items"]![0]!;
        Assert.Equal(("no", "test:0", "A dog."), (
            (string?)first["labels"]![0], (string?)first["sourceId"], (string?)first["text"]));
        var z = new[] { 0, 0.25, 0.5 };
        Assert.Equal(1 / z.Sum(Math.Exp), (double)first["selfConfidence"]!, 6);
    }

    [Fact]
    public async Task The_relabel_queue_as_CSV_can_be_imported()
    {
        var comparison = await LabelledAsync(pairs: false, pies: _ => true);
        var csv = await api.Client.GetByteArrayAsync($"/api/v1/comparisons/{comparison}/relabel-queue?format=csv");
        using var form = new MultipartFormDataContent
        {
            {
                new StringContent("""
                    { "name": "relabelled", "task": "singleLabel", "format": "csv",
                      "columns": { "text": "text", "label": "label", "id": "sourceId" },
                      "split": { "test": 2, "seed": 1 } }
                    """),
                "definition"
            },
            { new ByteArrayContent(csv), "file", "queue.csv" },
        };

        using var answer = await api.Client.PostAsync("/api/v1/datasets", form);
        var dataset = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;

        Assert.True(answer.StatusCode == HttpStatusCode.Created, dataset.ToJsonString());
        Assert.Equal(6, (int)dataset["splits"]!["train"]!["examples"]!);
    }

    [Theory]
    [InlineData("by=length", "7 1")]
    [InlineData("by=length&k=1", "7")]
    [InlineData("by=text", "1 7")]
    public async Task Neighbours_have_the_same_label_and_are_nearest_first(string query, string positions)
    {
        // Examples 1, 4 and 7 have the same label.
        var (example, _) = await ExampleAsync(
            ["x", "the red dog ran", "x", "x", "the red dog ran home", "x", "x", "one two three four six"]);

        var neighbours = (await api.GetAsync($"/api/v1/examples/{example}/neighbours?{query}"))["items"]!.AsArray();

        Assert.Equal(positions.Split(' '), neighbours.Select(item => item!["position"]!.ToString()));
        if (query == "by=text")
            Assert.True((double)neighbours[0]!["similarity"]! > 0.8 && (double)neighbours[1]!["similarity"]! == 0);
        else Assert.Equal((5, null), ((int)neighbours[0]!["tokens"]!, neighbours[0]!["similarity"]));
    }

    /// <summary>The texts change after their measurement, which the API does not allow.</summary>
    [Fact]
    public async Task Neighbours_by_length_are_found_by_measured_texts()
    {
        string[] texts = ["x", "the red dog ran", "x", "x", "the red dog ran home", "x", "x", "one two three four six"];
        var comparison = await LabelledAsync(pairs: false, texts);
        var dataset = (Guid)(await Sql.ScalarAsync(
            api.ConnectionString,
            "SELECT dataset_id FROM sweeps JOIN comparisons ON sweep_id = sweeps.id "
            + $"WHERE comparisons.id = '{comparison}'"))!;
        await WriteAsync(dataset, [.. texts.Select(_ => "x")], pairs: false);

        var neighbours = (await api.GetAsync(
            $"/api/v1/examples/{Example.IdOf(dataset, Split.Test, 4)}/neighbours?by=length"))["items"]!.AsArray();

        Assert.Equal(
            [(7, 5), (1, 4)], neighbours.Select(item => ((int)item!["position"]!, (int)item["tokens"]!)));
    }

    [Theory]
    [InlineData("k=0", "k")]
    [InlineData("k=1001", "k")]
    [InlineData("by=meaning", "by")]
    public async Task An_invalid_request_for_neighbours_is_refused(string query, string field)
    {
        var (example, _) = await ExampleAsync(Texts);

        Assert.Equal(
            [field], await api.InvalidFieldsAsync(HttpMethod.Get, $"/api/v1/examples/{example}/neighbours?{query}"));
    }

    private async Task<(Guid Example, Guid Dataset)> ExampleAsync(string[] texts)
    {
        var dataset = (await api.Situations.DatasetAsync()).Id;
        await WriteAsync(dataset, texts, pairs: false);
        return (Example.IdOf(dataset, Split.Test, 4), dataset);
    }

    /// <param name="pairs">Whether the PIEs and example 0 have a second text of two words and of one word.</param>
    /// <param name="pies">Which examples are PIEs; by default those with the label yes.</param>
    private async Task<Guid> LabelledAsync(bool pairs, string[]? texts = null, Func<int, bool>? pies = null)
    {
        var dataset = await api.Situations.DatasetAsync();
        await WriteAsync(dataset.Id, texts ?? Texts, pairs);
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI"));
        await api.Situations.TrainAsync(sweep, (run, position) =>
            run.Method == Method.MpAi && (pies ?? (i => i % 3 == 2))(position) ? (position + 1) % 3 : position % 3);
        await api.Situations.LabelAsync(sweep);
        return await ComparisonAsync(sweep);
    }

    private async Task WriteAsync(Guid dataset, string[] texts, bool pairs)
    {
        foreach (var (position, text) in texts.Index())
        {
            var second = !pairs ? "NULL" : position % 3 == 2 ? "'Two words.'" : position == 0 ? "'Word'" : "NULL";
            await Sql.ExecuteAsync(
                api.ConnectionString,
                $"UPDATE examples SET text = '{text}', second_text = {second} "
                + $"WHERE dataset_id = '{dataset}' AND position = {position}");
        }
    }

    private async Task<List<JsonNode>> RowsAsync(Guid comparison, string query = "") =>
        [
            .. (await api.GetAsync($"/api/v1/comparisons/{comparison}/texts{query}"))["items"]!.AsArray()
                .Select(row => row!),
        ];

    private static JsonNode Row(List<JsonNode> rows, string measure) =>
        rows.Single(row => (string)row["measure"]! == measure);

    private async Task<Guid> ComparisonAsync(Guid sweep) =>
        (Guid)(await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!["id"]!;
}
