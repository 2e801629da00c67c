using System.Net;
using System.Net.Http.Headers;
using Npgsql;
using PieService.Api.Access;
using PieService.Api.Database;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Api.Tests.Access;

/// <summary>The program as ./pie starts it, with a separate private PostgreSQL.</summary>
public sealed class KeyCommandTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_service_with_required_keys_starts_after_its_first_key_and_accepts_keys_until_they_are_revoked()
    {
        var settings = await SettingsAsync();
        var port = Ports.Free();

        // Without a key the service exits, with a message about how to create one.
        var (exitCode, _, errors) = await ServiceProcess.RunApiAsync(settings, "--urls", $"http://0.0.0.0:{port}");
        Assert.Equal(1, exitCode);
        Assert.Contains("./pie key add NAME --role admin", errors, StringComparison.Ordinal);

        // The command starts the database itself.
        var first = await AddAsync(settings, "first", "admin");

        await using var api = ServiceProcess.Api(settings, $"http://0.0.0.0:{port}");
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await UntilReadyAsync(client, api);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(client, null));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(client, first));

        // While a service is running, the command uses the database of that service.
        var second = await AddAsync(settings, "second", "reader");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(client, second));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(client, second, "/api/v1/audit"));

        Assert.Equal(0, (await ServiceProcess.RunApiAsync(settings, "key", "revoke", "second")).ExitCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(client, second));

        var (_, list, _) = await ServiceProcess.RunApiAsync(settings, "key", "list");
        Assert.Matches("(?m)^first +admin .*\nsecond +reader .*revoked", list);
        Assert.DoesNotContain(second[13..], list, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(
            HttpMethod.Get, "/api/v1/audit?actor=operator")
        { Headers = { Authorization = new("Bearer", first) } };
        var audit = await (await client.SendAsync(request)).Content.ReadAsStringAsync();
        Assert.Matches("revokeKey.*/keys/second.*addKey.*/keys/second.*addKey.*/keys/first", audit);
    }

    [Fact]
    public async Task A_name_is_unique_until_its_key_is_revoked_and_failed_commands_report_the_reason()
    {
        var database = new FreshDatabase(connection => Migrator.MigrateAsync(connection, CancellationToken.None));
        await database.InitializeAsync();
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Pie"] = database.ConnectionString };

        var first = await AddAsync(settings, "notebook", "reader");
        var again = await ServiceProcess.RunApiAsync(settings, "key", "add", "notebook", "--role", "admin");
        Assert.Equal((1, ""), (again.ExitCode, again.Output));
        Assert.Contains("./pie key revoke notebook", again.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await ServiceProcess.RunApiAsync(settings, "key", "revoke", "notebook")).ExitCode);
        Assert.Equal(1, (await ServiceProcess.RunApiAsync(settings, "key", "revoke", "notebook")).ExitCode);
        Assert.NotEqual(first, await AddAsync(settings, "notebook", "reader"));

        await database.DisposeAsync();
    }

    [Theory]
    [InlineData("add", "notebook")]
    [InlineData("add", "notebook", "--role", "emperor")]
    [InlineData("add", "local", "--role", "reader")]
    [InlineData("add", "a name", "--role", "reader")]
    [InlineData("revoke")]
    [InlineData]
    public async Task Invalid_arguments_change_nothing_and_print_the_usage(params string[] arguments)
    {
        var (exitCode, output, errors) = await ServiceProcess.RunApiAsync(
            new Dictionary<string, string>(), ["key", .. arguments]);

        Assert.Equal((2, ""), (exitCode, output));
        Assert.NotEmpty(errors);
    }

    [Fact]
    public async Task An_unreachable_database_is_reported_without_its_password()
    {
        var away = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Ports.Free(),
            Database = "pie",
            Username = "pie",
            Password = "hush7463",
            Timeout = 3,
        };
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Pie"] = away.ConnectionString };

        foreach (var arguments in new string[][] { ["key", "list"], ["--urls", $"http://127.0.0.1:{Ports.Free()}"] })
        {
            var (exitCode, output, errors) = await ServiceProcess.RunApiAsync(settings, arguments);
            Assert.Equal(1, exitCode);
            Assert.NotEmpty(errors);
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
            Assert.DoesNotContain("hush7463", output + errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_invalid_connection_string_is_reported_without_a_stack_trace()
    {
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Pie"] = "Hst=localhost" };

        foreach (var arguments in new string[][] { ["key", "list"], ["--urls", $"http://127.0.0.1:{Ports.Free()}"] })
        {
            var (exitCode, _, errors) = await ServiceProcess.RunApiAsync(settings, arguments);
            Assert.Equal(1, exitCode);
            Assert.Contains(
                "The setting ConnectionStrings__Pie is not a connection string", errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        }
    }

    private static async Task<string> AddAsync(Dictionary<string, string> settings, string name, string role)
    {
        var (exitCode, output, errors) = await ServiceProcess.RunApiAsync(settings, "key", "add", name, "--role", role);
        Assert.True(exitCode == 0, errors);
        Assert.NotNull(KeyText.Parse(output.Trim()));
        return output.Trim();
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient client, string? key, string path = "/api/v1/system")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }

    private static async Task UntilReadyAsync(HttpClient client, ServiceProcess api)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            Assert.False(limit.IsCancellationRequested, $"The service does not get ready.\n{api.Tail}");
            try
            {
                if ((await client.GetAsync("/health/ready")).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // The file does not exist yet.
            }
            await look.WaitForNextTickAsync();
        }
    }

    private static async Task<Dictionary<string, string>> SettingsAsync() =>
        new() { ["PIE_DATA"] = (await TestCluster.NewFoldersAsync()).Data, ["ConnectionStrings__Pie"] = "" };
}
