using System.Net.Http.Headers;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Api.Access;
using PieService.Domain.Access;
using PieService.Domain.Storage;

namespace PieService.Api.Tests.Access;

/// <summary>
/// The API with required keys, as on an address that other machines can reach: with a key of each role, and a revoked
/// key.
/// </summary>
public class KeyedApi : ApiFixture
{
    private readonly Dictionary<string, KeyText> keys = [];

    public KeyedApi() : this([])
    {
    }

    protected KeyedApi(Dictionary<string, string?> settings) : base(new(settings) { ["PIE_REQUIRE_KEYS"] = "true" })
    {
    }

    public string Key(Role role) => Key(role.ToString());

    public string Key(string name) => keys[name].Reveal();

    public const string Revoked = nameof(Revoked);

    public HttpClient ClientOf(Role role) => ClientOf(Key(role));

    public HttpClient ClientOf(string key)
    {
        var client = NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public static AuthenticationHeaderValue Basic(string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"anyone:{password}")));

    protected override async Task PrepareAsync()
    {
        await using var database = NpgsqlDataSource.Create(ConnectionString);
        var options = new DbContextOptionsBuilder<PieDbContext>();
        PieDbContext.Configure(options, database);
        await using var db = new PieDbContext(options.Options);
        foreach (var (name, role) in Enum.GetValues<Role>().Select(role => ($"{role}", role))
            .Append((Revoked, Role.Admin)))
        {
            keys[name] = KeyText.New();
            db.ApiKeys.Add(new ApiKey
            {
                Id = Guid.CreateVersion7(),
                Name = name,
                Role = role,
                Prefix = keys[name].Prefix,
                SecretHash = keys[name].SecretHash,
            });
        }
        await db.SaveChangesAsync();
        await db.Database.ExecuteSqlAsync($"UPDATE api_keys SET revoked_at = now() WHERE name = {Revoked}");
    }
}
