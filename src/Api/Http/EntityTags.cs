using System.Buffers.Text;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using PieService.Domain;

namespace PieService.Api.Http;

/// <summary>
/// A representation with parts, such as an estimate, that change although the state of the resource does not.
/// </summary>
public interface IHasSteadyPart
{
    /// <summary>The part of the representation from which the entity tag is computed.</summary>
    object Steady { get; }
}

/// <summary>A resource that clients poll while work is in progress.</summary>
public interface IPolled
{
    bool IsAtWork { get; }
}

/// <summary>
/// Adds an ETag to every JSON response to a GET and evaluates If-None-Match; tells polling clients in Retry-After when
/// to send the next request. The tags are weak: two responses with the same tag may differ in an estimate.
/// </summary>
public sealed class EntityTags : IEndpointFilter
{
    /// <summary>The state that clients poll changes with epochs, which take seconds or more.</summary>
    public const int PollSeconds = 2;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var (answer, http) = (await next(context), context.HttpContext);
        while (answer is INestedHttpResult nested) answer = nested.Result;
        if (!HttpMethods.IsGet(http.Request.Method) || answer is not IValueHttpResult { Value: { } value }
            || answer is not IStatusCodeHttpResult { StatusCode: StatusCodes.Status200OK })
            return answer;

        // Before the 304 too: a polling client needs Retry-After although nothing has changed.
        if (value is IPolled { IsAtWork: true }) http.Response.SetRetryAfter(PollSeconds);
        var body = JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), Json.Options);
        var steady = value is IHasSteadyPart { Steady: var part }
            ? JsonSerializer.SerializeToUtf8Bytes(part, part.GetType(), Json.Options) : body;
        var tag = new EntityTagHeaderValue(
            $"\"{Base64Url.EncodeToString(SHA256.HashData(steady).AsSpan(0, 16))}\"", isWeak: true);
        http.Response.GetTypedHeaders().ETag = tag;
        return http.Request.GetTypedHeaders().IfNoneMatch
            .Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Bytes(body, $"{MediaTypeNames.Application.Json}; charset=utf-8");
    }
}
