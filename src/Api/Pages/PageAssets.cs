using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using PieService.Api.Access;

namespace PieService.Api.Pages;

/// <summary>
/// The style sheet, the scripts and the icon of the pages, from the resources of the assembly. Their addresses contain
/// the hash of their content, so that a browser keeps them until they change.
/// </summary>
public static class PageAssets
{
    private const string Forever = "public, max-age=31536000, immutable";

    private static readonly FrozenDictionary<string, Asset> All = new[]
    {
        Read("pie.css", "text/css; charset=utf-8"),
        Read("live.js", "text/javascript; charset=utf-8"),
        Read("keys.js", "text/javascript; charset=utf-8"),
        Read("icon.svg", "image/svg+xml"),
    }.ToFrozenDictionary(asset => asset.Name);

    public static string AddressOf(string name) => $"{Browsing.Path}/assets/{name}?v={All[name].Version}";

    internal static IResult Get(string name, HttpResponse response)
    {
        if (!All.TryGetValue(name, out var asset)) return TypedResults.NotFound();
        response.Headers.CacheControl = Forever;
        return TypedResults.Bytes(asset.Content, asset.Type);
    }

    private static Asset Read(string name, string type)
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream($"ui/{name}")!;
        var content = new byte[resource.Length];
        resource.ReadExactly(content);
        return new Asset(name, type, content, Convert.ToHexStringLower(SHA256.HashData(content))[..16]);
    }

    private sealed record Asset(string Name, string Type, byte[] Content, string Version);
}
