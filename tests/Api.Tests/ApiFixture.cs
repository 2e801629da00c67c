using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using PieService.Api.Database;
using PieService.TestSupport;

namespace PieService.Api.Tests;

/// <summary>The API in this process over a real, fresh database. Nothing trains: tests play the worker where they need one.</summary>
public class ApiFixture : IAsyncLifetime
{
    private readonly FreshDatabase database = new(Migrate);
    private Application? application;

    /// <summary>What a test class needs beyond the settings of all.</summary>
    protected virtual IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>();

    public HttpClient Client { get; private set; } = null!;

    public IServiceProvider Services => application!.Services;

    public Situations Situations => new(Services);

    public string ConnectionString => database.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        await database.InitializeAsync();
        application = new Application(database.ConnectionString, Settings);
        Client = application.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
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

    /// <summary>The problem that a request is answered with, after checking what every problem has.</summary>
    public async Task<JsonObject> ProblemAsync(HttpStatusCode status, HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{method} {path}: {(int)response.StatusCode} {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(text)!.AsObject();
        Assert.All(["type", "title", "status", "instance", "traceId"], field => Assert.True(problem.ContainsKey(field), $"{field} is missing in {text}"));
        return problem;
    }

    public async Task<IReadOnlyList<string>> InvalidFieldsAsync(HttpMethod method, string path, string? json = null) =>
        [.. (await ProblemAsync(HttpStatusCode.BadRequest, method, path, json))["errors"]!.AsObject().Select(field => field.Key)];

    public async Task<JsonObject> PostAsync(string path, JsonNode body, HttpStatusCode expected = HttpStatusCode.Accepted)
    {
        using var response = await Client.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"POST {path}: {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>The id of a sweep that is accepted.</summary>
    public async Task<Guid> SubmitAsync(JsonNode request) => (Guid)(await PostAsync("/api/v1/sweeps", request))["id"]!;

    private static Task Migrate(string connectionString) => Migrator.MigrateAsync(connectionString, CancellationToken.None);

    private sealed class Application(string connectionString, IReadOnlyDictionary<string, string?> settings) : WebApplicationFactory<Program>
    {
        protected override IHost CreateHost(IHostBuilder builder)
        {
            builder.ConfigureHostConfiguration(configuration => configuration.AddInMemoryCollection(
                new Dictionary<string, string?> { ["ConnectionStrings:Pie"] = connectionString, ["PIE_LEASE_SECONDS"] = "600" }).AddInMemoryCollection(settings));
            return base.CreateHost(builder);
        }
    }
}
