using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Npgsql;
using PieService.Domain.Recipes;

namespace PieService.Api.Tests.Comparisons;

/// <summary>
/// The requests, queries and names of docs/questions.md, on a sweep of two models, two methods, six seeds and a second
/// dense cohort of two.
/// </summary>
public sealed partial class QuestionsTests(QuestionsTests.Answered api) : IClassFixture<QuestionsTests.Answered>
{
    public static TheoryData<string, string, string, string> Questions() => new(
        from question in Question().Matches(File.ReadAllText(Page()))
        select (
            question.Groups["title"].Value, question.Groups["sh"].Value, question.Groups["sql"].Value,
            question.Groups["python"].Value));

    [Fact]
    public void There_are_ten_questions() => Assert.Equal(10, Questions().Count);

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task A_question_is_answered_by_its_request(string title, string sh, string sql, string python)
    {
        _ = (sql, python);
        var answer = await api.GetAsync(Path(Request().Match(sh)));

        // Only a comparison on the training split has influence, and this one is on the test split.
        var hasAnswer = !title.StartsWith("Are PIEs the examples that influence", StringComparison.Ordinal);
        if (answer["items"] is JsonArray rows) Assert.Equal(hasAnswer, rows.Count > 0);
        else Assert.NotNull(answer["seeds"]);
    }

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task A_question_is_answered_by_its_query(string title, string sh, string sql, string python)
    {
        _ = (title, sh, python);
        await using var database = NpgsqlDataSource.Create(api.ConnectionString);
        await using var command = database.CreateCommand(
            sql.Replace(":'sweep'", $"'{api.Sweep}'", StringComparison.Ordinal)
                .Replace(":'comparison'", $"'{api.Comparison}'", StringComparison.Ordinal));
        await using var reader = await command.ExecuteReaderAsync();

        Assert.True(reader.HasRows);
    }

    /// <summary>The columns that a line reads are those of the file or of the document that it requests.</summary>
    [Theory]
    [MemberData(nameof(Questions))]
    public async Task A_line_of_pandas_names_columns_that_exist(string title, string sh, string sql, string python)
    {
        _ = (title, sh, sql);
        var text = await api.Client.GetStringAsync(Path(Request().Match(python)));
        var isDocument = python.Contains(".json()", StringComparison.Ordinal);
        string[] columns = isDocument ? [] : text.Split("\r\n")[0].Split(',');

        var named = Column().Matches(python[Request().Match(python).Length..])
            .Select(match => match.Groups["name"].Value)
            .ToList();

        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.True(
            isDocument ? Has(JsonNode.Parse(text)!, name.Split('.')) : columns.Contains(name),
            $"{name} is not in {text[..Math.Min(text.Length, 1000)]}"));
    }

    /// <summary>
    /// Pruning changes examples 0 and 3 in every pruned run, and example 0 in the second dense cohort.
    /// </summary>
    [Fact]
    public async Task The_views_have_the_numbers_of_the_API()
    {
        var path = $"/api/v1/comparisons/{api.Comparison}";
        var (analysis, pie) =
            (await api.GetAsync($"{path}/analysis"), (await api.GetAsync($"{path}/pies"))["items"]![0]!);
        var (replication, collapse) = (analysis["replication"]!, analysis["collapse"]!);
        await using var database = NpgsqlDataSource.Create(api.ConnectionString);

        Assert.Equal(
            ((double)analysis["excess"]!["excess"]!["value"]!, 2, (double)analysis["halves"]!["jaccard"]!,
                (double)analysis["crossFit"]!["onPies"]!["pruned"]!, 1, (double)analysis["classDistribution"]!["p"]!),
            await RowAsync<(double, int, double, double, int, double)>(
                """
                SELECT excess_value, significant_pies, halves_jaccard, cross_fit_on_pies_pruned, replication_replicated,
                    class_distribution_p
                FROM analyses
                """,
                reader => (
                    reader.GetDouble(0), reader.GetInt32(1), reader.GetDouble(2), reader.GetDouble(3),
                    reader.GetInt32(4),
                    reader.GetDouble(5))));
        Assert.Equal(
            (Numbers(analysis["excess"]!["overDense"], "value", "se", "low", "high"),
                Numbers(analysis["halves"], "excess", "p05", "p50", "p95", "seedShare"),
                Numbers(analysis["significance"], "testable"),
                Numbers(replication, "seeds", "pies", "replicated", "share"),
                Numbers(collapse["dense"], "runs", "collapsed") + Numbers(collapse["pruned"], "runs", "collapsed")),
            await RowAsync(
                """
                SELECT over_dense_value, over_dense_se, over_dense_low, over_dense_high,
                    halves_excess, halves_p05, halves_p50, halves_p95, halves_seed_share, testable,
                    replication_seeds, replication_pies, replication_replicated, replication_share,
                    collapse_dense_runs, collapse_dense_collapsed, collapse_pruned_runs, collapse_pruned_collapsed
                FROM analyses
                """,
                reader => (
                    Columns(reader, 0, 4), Columns(reader, 4, 5), Columns(reader, 9, 1), Columns(reader, 10, 4),
                    Columns(reader, 14, 2) + Columns(reader, 16, 2))));
        Assert.Equal(
            ((double)pie["p"]!, (double)pie["q"]!, (double)pie["paired"]!["q"]!, (double)pie["inclusion"]!,
                (double)pie["shift"]!, (bool)pie["replicated"]!),
            await RowAsync<(double, double, double, double, double, bool)>(
                "SELECT p, q, paired_q, inclusion, shift, replicated FROM pies",
                reader => (
                    reader.GetDouble(0), reader.GetDouble(1), reader.GetDouble(2), reader.GetDouble(3),
                    reader.GetDouble(4), reader.GetBoolean(5)),
                "ORDER BY position"));
        Assert.Equal(
            (8L, 2L),
            await RowAsync<(long, long)>(
                "SELECT count(*), count(*) FILTER (WHERE is_pie) FROM comparison_examples",
                reader => (reader.GetInt64(0), reader.GetInt64(1))));
        var score = (await api.GetAsync($"{path}/classes"))["items"]![0]!;
        Assert.Equal(
            ("no", 3, (double)score["residual"]!, (double)score["recallDifference"]!["difference"]!),
            await RowAsync<(string, int, double, double)>(
                "SELECT label, examples, residual, recall_difference_difference FROM classes",
                reader => (reader.GetString(0), reader.GetInt32(1), reader.GetDouble(2), reader.GetDouble(3))));

        var measures = (await api.GetAsync($"{path}/texts"))["items"]!.AsArray()
            .ToDictionary(row => (string)row!["measure"]!, row => row!);
        foreach (var measure in new[] { "words", "fleschReadingEase", "meanWordLength" })
            Assert.Equal(
                (Math.Round((double)measures[measure]["pies"]!, 12),
                    Math.Round((double)measures[measure]["rest"]!, 12)),
                await RowAsync<(double, double)>(
                    """
                    SELECT avg(value) FILTER (WHERE is_pie), avg(value) FILTER (WHERE NOT is_pie)
                    FROM comparison_examples JOIN text_measures USING (dataset_id, split, position)
                    """,
                    reader => (Math.Round(reader.GetDouble(0), 12), Math.Round(reader.GetDouble(1), 12)),
                    $"AND measure = '{measure}' AND syllables = 'hyphenation'"));

        static string Numbers(JsonNode? document, params string[] names) => string.Join(
            ' ', names.Select(name => (double)document![name]!));

        static string Columns(NpgsqlDataReader reader, int first, int count) => string.Join(
            ' ', Enumerable.Range(first, count).Select(column =>
                Convert.ToDouble(reader.GetValue(column), CultureInfo.InvariantCulture)));

        async Task<T> RowAsync<T>(string query, Func<NpgsqlDataReader, T> read, string order = "")
        {
            await using var command =
                database.CreateCommand($"{query} WHERE comparison_id = '{api.Comparison}' {order}");
            await using var reader = await command.ExecuteReaderAsync();
            Assert.True(await reader.ReadAsync());
            return read(reader);
        }
    }

    private string Path(Match request) => "/api/v1" + request.Groups["path"].Value
        .Replace("<sweep>", $"{api.Sweep}", StringComparison.Ordinal)
        .Replace("{sweep}", $"{api.Sweep}", StringComparison.Ordinal)
        .Replace("<comparison>", $"{api.Comparison}", StringComparison.Ordinal)
        .Replace("{comparison}", $"{api.Comparison}", StringComparison.Ordinal);

    private static bool Has(JsonNode document, string[] path)
    {
        JsonNode? at = document;
        foreach (var name in path)
        {
            if (at is not JsonObject members || !members.TryGetPropertyValue(name, out at)) return false;
        }
        return true;
    }

    private static string Page([CallerFilePath] string here = "") =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(here, "../../../../docs/questions.md"));

    [GeneratedRegex(
        @"^## \d+ (?<title>.*?)\n.*?```sh\n(?<sh>.*?)```\n```sql\n(?<sql>.*?)```\n```python\n(?<python>.*?)```",
        RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Question();

    [GeneratedRegex("""(?:\$api|f"\{api\})(?<path>/[^"]*)"[)]?""")]
    private static partial Regex Request();

    [GeneratedRegex("\"(?<name>[A-Za-z0-9_.]+)\"")]
    private static partial Regex Column();

    /// <summary>The API with the labelled sweep.</summary>
    public sealed class Answered : ApiFixture, IAsyncLifetime
    {
        public Guid Sweep { get; private set; }

        public Guid Comparison { get; private set; }

        async ValueTask IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            var request = Situations.Request(await Situations.DatasetAsync(), 6, "MP-AI", "RP-AI");
            var second = request["models"]![0]!.DeepClone();
            (request["models"]![0]!["name"], second["name"]) = ("small", "large");
            second["hyperparameters"]!["hiddenSize"] = 32;
            request["models"]!.AsArray().Add(second);
            request["extraDenseSeeds"] = 2;
            Sweep = await SubmitAsync(request);
            await Situations.TrainAsync(Sweep, (run, position) =>
                run.Method != Method.Dense && position is (0 or 3) ? 1 + (position / 3)
                : run.Seed >= 6 && position == 0 ? 1 : position % 3);
            await Situations.LabelAsync(Sweep);
            var comparisons = await GetAsync($"/api/v1/sweeps/{Sweep}/comparisons");
            Comparison = (Guid)comparisons["items"]![0]!["id"]!;
        }
    }
}
