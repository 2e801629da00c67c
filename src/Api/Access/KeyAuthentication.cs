using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using PieService.Domain;

namespace PieService.Api.Access;

/// <summary>
/// Accepts a key as Authorization: Bearer, or as the password of Basic, which is what a browser can send for the pages
/// and the dashboard.
/// </summary>
public sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder,
    AccessSettings settings, KeyCheck keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Bearer";

    /// <summary>How long this address must wait after too many wrong keys.</summary>
    private TimeSpan? wait;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization.Count == 0)
            return settings.RequireKeys ? AuthenticateResult.NoResult() : Success(Actor.Local);
        var (key, tooMany) = await keys.FindAsync(Given(), Client.Address(Context), Context.RequestAborted);
        wait = tooMany;
        return key is null ? AuthenticateResult.Fail("No such key.") : Success(new Actor(key.Name, key.Role, key.Id));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (wait is { } limit)
            return RateLimits.TooManyAsync(Context, limit, "This address has sent too many invalid API keys.");
        var isWrong = Request.Headers.Authorization.Count > 0;
        Response.Headers.WWWAuthenticate = Browsing.MayAsk(Request)
            ? "Basic realm=\"PieService\"" : isWrong ? "Bearer error=\"invalid_token\"" : "Bearer";
        return TypedResults.Problem(
            isWrong
                ? "This API key does not exist or was revoked. Check that the complete key was copied."
                : "An API key is required, in the header Authorization: Bearer pie_…; in a browser, as the password "
                    + "for any name. The operator of the service creates one with ./pie key add NAME --role ROLE.",
            statusCode: StatusCodes.Status401Unauthorized).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => TypedResults.Problem(
        $"This operation requires the role {Wire.Name(NeedsRole.Of(Context))}; the key has the role "
        + $"{Wire.Name(Actor.Of(Context)!.Role)}.",
        statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(Context);

    private KeyText? Given()
    {
        if (!AuthenticationHeaderValue.TryParse(Request.Headers.Authorization.ToString(), out var header)
            || header.Parameter is not { } parameter) return null;
        if (header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) return KeyText.Parse(parameter);
        if (!header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) return null;
        var bytes = new byte[parameter.Length];
        return Convert.TryFromBase64String(parameter, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is [_, var password]
            ? KeyText.Parse(password)
            : null;
    }

    private AuthenticateResult Success(Actor actor)
    {
        Context.Features.Set(actor);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, actor.Name)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }
}
