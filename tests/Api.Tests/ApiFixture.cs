using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PieService.Api.Database;
using PieService.TestDatabases;

namespace PieService.Api.Tests;

/// <summary>
/// The API in this process over a real, fresh database. No worker runs: tests act as the worker if they need one.
/// </summary>
public class ApiFixture : IAsyncLifetime
{
    private readonly FreshDatabase database = new(Migrate);
    private readonly Dictionary<string, string?> settings;
    private Application? application;

    public ApiFixture() : this([])
    {
    }

    /// <param name="settings">Settings in addition to those that all tests have.</param>
    protected ApiFixture(Dictionary<string, string?> settings) => this.settings = settings;

    public HttpClient Client { get; private set; } = null!;

    public IServiceProvider Services => application!.Services;

    public TestServer Server => application!.Server;

    public Situations Situations => new(Services);

    public string ConnectionString => database.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        await database.InitializeAsync();
        await PrepareAsync();
        application = new Application(
            new(settings)
            {
                ["ConnectionStrings:Pie"] = database.ConnectionString,
                ["PIE_LEASE_SECONDS"] = "600",
                ["PIE_REQUESTS_PER_SECOND"] = settings.GetValueOrDefault("PIE_REQUESTS_PER_SECOND", "100000"),
            },
            ConfigureServices);
        Client = NewClient();
    }

    public HttpClient NewClient() =>
        application!.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });

    /// <summary>Prepares the database before the service starts.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    protected virtual void ConfigureServices(IServiceCollection services)
    {
    }

    public async ValueTask DisposeAsync()
    {
        if (application is not null) await application.DisposeAsync();
        await database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public async Task<JsonObject> GetAsync(string path)
    {
        using var response = await Client.GetAsync(path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"GET {path}: {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>
    /// Returns the problem in the response to a request, after checking the members that every problem has.
    /// </summary>
    public async Task<JsonObject> ProblemAsync(
        HttpStatusCode status, HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{method} {path}: {(int)response.StatusCode} {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(text)!.AsObject();
        Assert.All(
            ["type", "title", "status", "instance", "traceId"],
            field => Assert.True(problem.ContainsKey(field), $"{field} is missing in {text}"));
        return problem;
    }

    public async Task<IReadOnlyList<string>> InvalidFieldsAsync(HttpMethod method, string path, string? json = null) =>
        [.. (await ProblemAsync(HttpStatusCode.BadRequest, method, path, json))["errors"]!.AsObject()
            .Select(field => field.Key)];

    public async Task<JsonObject> PostAsync(
        string path, JsonNode body, HttpStatusCode expected = HttpStatusCode.Accepted)
    {
        using var response = await Client.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"POST {path}: {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>Returns every item of a list, page by page.</summary>
    /// <param name="path">The path with a query that contains the page size.</param>
    public async Task<List<JsonNode>> WalkAsync(string path)
    {
        var (items, token) = (new List<JsonNode>(), "");
        do
        {
            var page = await GetAsync(path + token);
            items.AddRange(page["items"]!.AsArray()!);
            token = page["nextPageToken"] is { } next ? $"&pageToken={next}" : null;
        }
        while (token is not null);
        return items;
    }

    /// <summary>Submits a sweep that is accepted, and returns its id.</summary>
    public async Task<Guid> SubmitAsync(JsonNode request) => (Guid)(await PostAsync("/api/v1/sweeps", request))["id"]!;

    private static Task Migrate(string connectionString) =>
        Migrator.MigrateAsync(connectionString, CancellationToken.None);

    private sealed class Application(Dictionary<string, string?> settings, Action<IServiceCollection> configureServices)
        : WebApplicationFactory<Program>
    {
        protected override IHost CreateHost(IHostBuilder builder)
        {
            builder.ConfigureHostConfiguration(configuration => configuration.AddInMemoryCollection(settings));
            builder.ConfigureServices(configureServices);
            return base.CreateHost(builder);
        }
    }
}
