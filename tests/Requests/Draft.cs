using System.Globalization;
using System.Text;

namespace PieService.Requests;

/// <summary>
/// A request under construction: first a valid one, then with faults. All texts are as sent (<see cref="Bytes"/>).
/// </summary>
public sealed class Draft(Operation operation)
{
    public Operation Operation { get; } = operation;

    public string Method { get; set; } = operation.Method;

    public string Path { get; set; } = operation.Path;

    public List<(string Name, string? Value)> Query { get; } = [];

    public List<(string Name, string Value)> Headers { get; } = [];

    public string? Body { get; set; }

    /// <summary>A false Content-Length; null for the true one.</summary>
    public string? ClaimedLength { get; set; }

    /// <summary>Whether the client disconnects after sending, without waiting for a response.</summary>
    public bool HangsUp { get; set; }

    /// <summary>Whether method and path are still those of the operation, so that its documentation applies.</summary>
    public bool IsOperations { get; set; } = true;

    /// <summary>
    /// Whether the HTTP is invalid or beyond the server's limits: the server may refuse it before our code runs.
    /// </summary>
    public bool IsBrokenHttp { get; set; }

    /// <summary>
    /// The server may also refuse a head with other than printable ASCII, with a NUL in its path, or with a first line
    /// of 8 KiB.
    /// </summary>
    public bool MayBeRefused => IsBrokenHttp || Path.Any(IsOdd) || Path.Contains("%00", StringComparison.Ordinal)
        || Method.Length + Path.Length + Query.Sum(pair => pair.Name.Length + (pair.Value?.Length ?? 0) + 2) > 8000
        || Query.Any(pair => pair.Name.Any(IsOdd)) || Headers.Any(header => header.Value.Any(IsOdd));

    /// <summary>The faults of the request, for messages.</summary>
    public List<string> Story { get; } = [];

    private static bool IsOdd(char c) => c is < ' ' or > '~';

    public byte[] ToBytes()
    {
        var text = new StringBuilder($"{Method} {Path}");
        for (var i = 0; i < Query.Count; i++)
        {
            var (name, value) = Query[i];
            text.Append(i == 0 ? '?' : '&').Append(name);
            if (value is not null) text.Append('=').Append(value);
        }
        text.Append(" HTTP/1.1\r\n");
        foreach (var (name, value) in Headers) text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        text.Append("Connection: close\r\n");
        var body = Body is null ? [] : Bytes.Of(Body);
        if (Body is not null || ClaimedLength is not null)
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {ClaimedLength ?? $"{body.Length}"}\r\n");
        return [.. Bytes.Of(text.Append("\r\n").ToString()), .. body];
    }
}
