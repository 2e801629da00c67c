using Microsoft.AspNetCore.Http.Features;

namespace PieService.Api.Http;

/// <summary>
/// Rules for all requests: limits for the lengths of the request line and the headers, and HEAD as a GET without a
/// body. The limits of the server are wider than these, because a request that the server itself refuses gets no
/// problem details.
/// </summary>
public static class RequestForm
{
    public const int MaxTarget = 8 * 1024;
    public const int MaxHeaders = 32 * 1024;
    public const int MaxJsonBody = 1 << 20;

    private static readonly object HeadItem = new();

    public static void AddRequestForm(this IWebHostBuilder host) => host.ConfigureKestrel(server =>
    {
        server.AddServerHeader = false;
        server.Limits.MaxRequestLineSize = 8 * MaxTarget;
        server.Limits.MaxRequestHeadersTotalSize = 4 * MaxHeaders;
    });

    public static void UseRequestForm(this WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            var request = context.Request;
            if (request.Path.Value!.Length + request.QueryString.Value!.Length > MaxTarget)
                throw new BadHttpRequestException(
                    $"The address has more than {MaxTarget} characters.", StatusCodes.Status414UriTooLong);
            if (request.Headers.Sum(header => header.Key.Length + header.Value.Sum(value => value?.Length ?? 0))
                > MaxHeaders)
                throw new BadHttpRequestException(
                    $"The headers have more than {MaxHeaders} characters.",
                    StatusCodes.Status431RequestHeaderFieldsTooLarge);
            if (HttpMethods.IsHead(request.Method)) await AnswerHeadAsync(context, next);
            else await next(context);
        });
    }

    /// <summary>Whether the request is a HEAD, so that an endpoint with a long body need not create it.</summary>
    public static bool IsForHead(HttpContext context) => context.Items.ContainsKey(HeadItem);

    private static async Task AnswerHeadAsync(HttpContext context, RequestDelegate next)
    {
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        context.Items[HeadItem] = true;
        context.Request.Method = HttpMethods.Get;
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null, body));
        try
        {
            await next(context);
        }
        finally
        {
            // Before the server completes the response: it would set Content-Length to 0 for a GET without a body.
            context.Request.Method = HttpMethods.Head;
            context.Features.Set(body);
        }
    }
}
