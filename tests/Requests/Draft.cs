using System.Globalization;
using System.Text;

namespace PieService.Requests;

/// <summary>
/// A request in the making: a good one first, then with something wrong in it. All texts are as they go over the wire
/// (<see cref="Bytes"/>).
/// </summary>
public sealed class Draft(Operation operation)
{
    public Operation Operation { get; } = operation;

    public string Method { get; set; } = operation.Method;

    public string Path { get; set; } = operation.Path;

    public List<(string Name, string? Value)> Query { get; } = [];

    public List<(string Name, string Value)> Headers { get; } = [];

    public string? Body { get; set; }

    /// <summary>What Content-Length claims; null: the truth.</summary>
    public string? ClaimedLength { get; set; }

    /// <summary>The client goes away when it has sent this, and wants no answer.</summary>
    public bool HangsUp { get; set; }

    /// <summary>Method and path are still the operation's, so its documentation holds.</summary>
    public bool IsOperations { get; set; } = true;

    /// <summary>
    /// HTTP itself is broken or beyond the server's limits: the server may refuse it before any of our code sees it.
    /// </summary>
    public bool IsBrokenHttp { get; set; }

    /// <summary>
    /// So it may also where its head is more than printable ASCII, has a NUL in its path, or a first line of 8 KiB.
    /// </summary>
    public bool MayBeRefused => IsBrokenHttp || Path.Any(IsOdd) || Path.Contains("%00", StringComparison.Ordinal)
        || Method.Length + Path.Length + Query.Sum(pair => pair.Name.Length + (pair.Value?.Length ?? 0) + 2) > 8000
        || Query.Any(pair => pair.Name.Any(IsOdd)) || Headers.Any(header => header.Value.Any(IsOdd));

    /// <summary>What was done to it, for people.</summary>
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
