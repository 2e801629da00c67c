using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using PieService.TestSupport;

namespace PieService.Api.Tests.Datasets;

/// <summary>Every error states what is wrong, and leaves nothing behind.</summary>
public sealed class DatasetImportErrorTests(DatasetApi api) : IClassFixture<DatasetApi>, IAsyncLifetime
{
    private const string Definition = """
        { "name": "short", "task": "singleLabel", "format": "csv", "columns": { "text": "text", "label": "label" } }
        """;

    private const string Train = "label,text\nyes,one\nno,two\n";
    private const string Test = "label,text\nyes,three\n";

    public async ValueTask InitializeAsync() => Assert.Equal((0, 0, 0), await api.TracesAsync());

    public async ValueTask DisposeAsync() => Assert.Equal((0, 0, 0), await api.TracesAsync());

    [Theory]
    [InlineData("label,text\nyes,one\nno,\"two\n", "train", 3, "text")]
    [InlineData("label,text\nyes,one\n,two\n", "train", 3, "label")]
    [InlineData("label,words\nyes,one\n", "train", 1, "text")]
    [InlineData("label,text\nno,one\n", "train", null, "label")]
    public async Task Invalid_content_is_reported_with_file_line_and_column(
        string train, string file, int? line, string column)
    {
        var problem = await ProblemAsync(422, await api.ImportAsync(Definition, ("train", train), ("test", Test)));

        Assert.Equal(
            (file, line, column),
            (problem["file"]!.GetValue<string>(), problem["line"]?.GetValue<int>(), problem["column"]!
                .GetValue<string>()));
    }

    [Fact]
    public async Task A_gzip_file_that_was_cut_off_is_not_half_imported()
    {
        using var compressed = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(
            compressed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Train));

        await ProblemAsync(
            422, await api.ImportAsync(
                Definition, ("train", compressed.ToArray()[..^9]), ("test", Encoding.UTF8.GetBytes(Test))));
    }

    [Theory]
    [InlineData("""{ "name": "", "task": "many", "format": "xml", "colour": 1, "labels": ["a", 2] }""",
        "name task format colour labels[1] columns test validations")]
    [InlineData("""{ "name": """, "definition test validations")]
    [InlineData("[]", "definition test validations")]
    public async Task All_errors_of_definition_and_parts_are_reported_at_once(string definition, string fields)
    {
        var problem = await ProblemAsync(
            400, await api.ImportAsync(definition, ("train", Train), ("validations", Test)));

        Assert.Equal(fields.Split(' ').Order(), problem["errors"]!.AsObject().Select(error => error.Key).Order());
    }

    [Fact]
    public async Task An_empty_form_is_refused_for_its_missing_definition_and_file()
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent([]), "train" } };

        var problem = await ProblemAsync(400, await api.Client.PostAsync("/api/v1/datasets", form));

        Assert.Equal(["definition", "file"], problem["errors"]!.AsObject().Select(error => error.Key).Order());
    }

    [Fact]
    public async Task A_repeated_part_is_refused()
    {
        var problem = await ProblemAsync(
            400, await api.ImportAsync(Definition, ("train", Train), ("test", Test), ("train", Train)));

        Assert.Equal(["train"], problem["errors"]!.AsObject().Select(error => error.Key));
    }

    [Theory]
    [InlineData("application/json", "{}", 415)]
    [InlineData("multipart/form-data", "{}", 400)]
    [InlineData("multipart/form-data; boundary=x", "no multipart at all", 400)]
    [InlineData("multipart/form-data; boundary=x",
        "--x\r\nContent-Disposition: form-data; name=\"train\"\r\n\r\nlabel,te", 400)]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Type: text/csv\r\n\r\nlabel,text\r\n--x--\r\n", 400)]
    public async Task A_body_that_is_not_multipart_form_data_is_refused(string contentType, string body, int status)
    {
        using var content = new StringContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);

        await ProblemAsync(status, await api.Client.PostAsync("/api/v1/datasets", content));
    }

    [Fact]
    public async Task A_request_beyond_the_limit_is_refused_before_it_is_sent()
    {
        using var content = new ByteArrayContent(new byte[201 * 1024 * 1024]);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/datasets") { Content = content };
        request.Headers.ExpectContinue = true;

        await ProblemAsync(413, await api.Client.SendAsync(request));
    }

    [Fact]
    public async Task A_definition_beyond_its_limit_is_refused()
    {
        var problem = await ProblemAsync(
            413, await api.ImportAsync(new string(' ', 1024 * 1024 + 1), ("train", Train), ("test", Test)));

        Assert.Contains("definition", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_incomplete_body_is_reported_as_interrupted()
    {
        using var content = new StringContent("--x\r\nContent-Disposition: form-data; name=\"train\"\r\n\r\nlabel,te");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");

        var problem = await ProblemAsync(400, await api.Client.PostAsync("/api/v1/datasets", content));

        Assert.Contains("was interrupted", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_parameter_is_refused() =>
        await ProblemAsync(
            400, await api.Client.PostAsync("/api/v1/datasets?dryRun=true", DatasetApi.Form(Definition, [])));

    [Fact]
    public async Task A_client_that_hangs_up_in_the_middle_of_a_file_leaves_nothing()
    {
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(api.Client.BaseAddress!.Host, api.Client.BaseAddress.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                "POST /api/v1/datasets HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; "
                + "boundary=x\r\nContent-Length: 1000000\r\n\r\n" +
                "--x\r\nContent-Disposition: form-data; name=\"train\"\r\n\r\n" + Train + new string('x', 100_000)));
            await Until.HoldsAsync(() => Task.FromResult(
                Directory.Exists(api.Uploads)
                    && Directory.GetFiles(api.Uploads, "part-*", SearchOption.AllDirectories).Length == 1));
        }
        await Until.HoldsAsync(() => Task.FromResult(Directory.GetFileSystemEntries(api.Uploads).Length == 0));
    }

    [Fact]
    public async Task A_client_that_hangs_up_while_examples_are_stored_leaves_nothing()
    {
        await using var other = await api.Database.OpenConnectionAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("LOCK TABLE examples IN ACCESS EXCLUSIVE MODE", other))
            await hold.ExecuteNonQueryAsync();
        using var hangUp = new CancellationTokenSource();
        var import = api.Client.PostAsync(
            "/api/v1/datasets",
            DatasetApi.Form(
                Definition, [("train", Encoding.UTF8.GetBytes(Train)), ("test", Encoding.UTF8.GetBytes(Test))]),
            hangUp.Token);
        // The databases of other tests are copies of the same template, so the table has the same number in them.
        const string waiting = """
            SELECT EXISTS (
                SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database
                WHERE NOT granted AND relation = 'examples'::regclass AND datname = current_database())
            """;
        await Until.HoldsAsync(() => api.AskAsync<bool>(waiting));

        await hangUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => import);
        await Until.HoldsAsync(() => Task.FromResult(Directory.GetFileSystemEntries(api.Uploads).Length == 0));
        // The server notices the disconnected client when it is ready for the next examples.
        await transaction.RollbackAsync();
        await Until.HoldsAsync(async () => !await api.AskAsync<bool>(waiting));
    }

    [Fact]
    public async Task Files_of_a_killed_process_are_deleted_by_the_next_upload()
    {
        var abandoned = Directory.CreateDirectory(Path.Combine(api.Uploads, "abandoned")).FullName;
        await File.WriteAllTextAsync(Path.Combine(abandoned, "lock"), "");
        await File.WriteAllTextAsync(Path.Combine(abandoned, "train"), Train);

        await ProblemAsync(400, await api.ImportAsync("{}", ("train", Train)));

        Assert.False(Directory.Exists(abandoned));
    }

    private static async Task<JsonNode> ProblemAsync(int status, HttpResponseMessage answer)
    {
        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.All(
            ["type", "title", "status", "detail", "instance", "traceId"], field => Assert.NotNull(problem[field]));
        return problem;
    }
}
