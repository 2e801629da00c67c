using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Npgsql;
using PieService.Api.Database;
using PieService.TestDatabases;

namespace PieService.Api.Tests.Datasets;

/// <summary>The API on a real socket and a real database, with a separate folder and small limits.</summary>
public sealed class DatasetApi() : FreshDatabase(MigrateAsync)
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pie-dataset-api-");
    private Application? application;

    public HttpClient Client { get; private set; } = null!;
    public IServiceProvider Services => application!.Services;
    public NpgsqlDataSource Database { get; private set; } = null!;
    public string Uploads => Path.Combine(folder.FullName, "uploads");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Database = NpgsqlDataSource.Create(ConnectionString);
        application = new Application(ConnectionString, folder.FullName);
        application.UseKestrel(0);
        application.StartServer();
        // This is not the client of the factory, which keeps every body in memory to follow redirects.
        Client = new HttpClient
        {
            BaseAddress = application.ClientOptions.BaseAddress,
            Timeout = TimeSpan.FromMinutes(5),
        };
    }

    public override async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (application is not null) await application.DisposeAsync();
        await Database.DisposeAsync();
        folder.Delete(recursive: true);
        await base.DisposeAsync();
    }

    public Task<HttpResponseMessage> ImportAsync(
        string definition, params IEnumerable<(string Part, string Content)> files) =>
        Client.PostAsync(
            "/api/v1/datasets",
            Form(definition, files.Select(file => (file.Part, Encoding.UTF8.GetBytes(file.Content)))));

    public Task<HttpResponseMessage> ImportAsync(
        string definition, params IEnumerable<(string Part, byte[] Content)> files) =>
        Client.PostAsync("/api/v1/datasets", Form(definition, files));

    public static MultipartFormDataContent Form(string definition, IEnumerable<(string Part, byte[] Content)> files)
    {
        var form = new MultipartFormDataContent { { new StringContent(definition), "definition" } };
        foreach (var (part, content) in files) form.Add(new ByteArrayContent(content), part, $"{part}.csv");
        return form;
    }

    public async Task<JsonNode> GetAsync(string path) => (await Client.GetFromJsonAsync<JsonNode>("/api/v1" + path))!;

    public async Task<T> AskAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The state that a failed import must not change.</summary>
    public async Task<(long Datasets, long Examples, int Uploads)> TracesAsync() => (
        await AskAsync<long>("SELECT count(*) FROM datasets"),
        await AskAsync<long>("SELECT count(*) FROM examples"),
        Directory.Exists(Uploads) ? Directory.GetFileSystemEntries(Uploads).Length : 0);

    private static Task MigrateAsync(string connectionString) =>
        Migrator.MigrateAsync(connectionString, CancellationToken.None);

    private sealed class Application(string connectionString, string folder) : WebApplicationFactory<Program>
    {
        protected override IHost CreateHost(IHostBuilder builder)
        {
            builder.ConfigureHostConfiguration(
                configuration => configuration.AddInMemoryCollection(new Dictionary<string, string?>
                {
                    ["ConnectionStrings:Pie"] = connectionString,
                    ["PIE_DATA"] = folder,
                    ["PIE_UPLOAD_MIB"] = "200",
                    ["PIE_DATASET_EXAMPLES"] = "300000",
                }));
            return base.CreateHost(builder);
        }
    }
}
