using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using PieService.Domain;

namespace PieService.Api.Http;

/// <summary>A JSON request body: the value that could be read, and all errors in the parts that could not.</summary>
/// <param name="Bytes">The bytes of the body as the client sent them.</param>
public sealed record Body<T>(
    T? Value, IReadOnlyList<FieldError> Errors, RemovedNodes RemovedNodes, ReadOnlyMemory<byte> Bytes)
    : IEndpointParameterMetadataProvider where T : class
{
    public static async ValueTask<Body<T>?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        await ReadAsync(context);

    /// <summary>
    /// Reads the body in an operation that must first find the resource of its path; the operation documents the body
    /// itself.
    /// </summary>
    public static async Task<Body<T>> ReadAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
            throw new BadHttpRequestException(
                "The body must be JSON, with the Content-Type application/json.",
                StatusCodes.Status415UnsupportedMediaType);
        return Of(await ReadAsync(context.Request, context.RequestAborted));
    }

    /// <summary>Reads a body that is not that of the request, such as one that was made of a form.</summary>
    /// <exception cref="InvalidRequestException">The bytes are not JSON.</exception>
    public static Body<T> Of(byte[] bytes)
    {
        try
        {
            return Read(StrictJson.Parse(bytes), bytes);
        }
        catch (JsonException malformed)
        {
            throw new InvalidRequestException([new("$", $"is not JSON: {malformed.Message}")]);
        }
    }

    /// <summary>
    /// Reads the same body again after <paramref name="fillIn"/> has added fields that the client left out.
    /// </summary>
    public Body<T> Filled(Action<JsonObject> fillIn)
    {
        var node = StrictJson.Parse(Bytes.Span);
        if (node is JsonObject sent) fillIn(sent);
        return Read(node, Bytes);
    }

    /// <summary>
    /// Returns the value if it also satisfies the rules; otherwise reports all errors in one response.
    /// </summary>
    /// <exception cref="InvalidRequestException">
    /// A part of the body could not be read, or the value breaks a rule.
    /// </exception>
    public T Checked(Func<T, IReadOnlyList<FieldError>> rules)
    {
        // A field that could not be read was removed, and must not be reported as missing as well.
        var broken = (Value is null ? [] : rules(Value))
            .Select(rule => rule with { Field = RemovedNodes.OriginalField(rule.Field) })
            .Where(rule => !Errors.Any(unread => Covers(rule.Field, unread.Field) || Covers(unread.Field, rule.Field)));
        InvalidRequestException.ThrowIfAny([.. Errors, .. broken]);
        return Value!;
    }

    private static Body<T> Read(JsonNode? node, ReadOnlyMemory<byte> bytes)
    {
        var taken = new RemovedNodes();
        var (value, errors) = JsonErrors.Read<T>(node, taken);
        return new Body<T>(value, errors, taken, bytes);
    }

    private static bool Covers(string outer, string inner) =>
        inner == outer || inner.StartsWith(outer + ".", StringComparison.Ordinal)
        || inner.StartsWith(outer + "[", StringComparison.Ordinal);

    private static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellation)) > 0)
        {
            if (buffer.Length + read > RequestForm.MaxJsonBody)
                throw new BadHttpRequestException(
                    $"The body has more than {RequestForm.MaxJsonBody} bytes.", StatusCodes.Status413PayloadTooLarge);
            buffer.Write(chunk, 0, read);
        }
        return buffer.ToArray();
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));
}
