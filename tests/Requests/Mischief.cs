using System.Text.Json.Nodes;

namespace PieService.Requests;

/// <summary>A fault in a request outside its body.</summary>
public sealed record Mischief(string Name, Action<Draft, Values, Random> Do)
{
    /// <summary>Valid HTTP, which our own code handles.</summary>
    public static IReadOnlyList<Mischief> Odd { get; } =
    [
        new("a bad parameter",
            (draft, values, chance) =>
                WithParameter(
                    draft, chance,
                    (name, schema) => draft.Query.Add((name, Values.InUrl(values.Bad(schema, chance), chance))))),
        new("a bad parameter",
            (draft, values, chance) =>
                WithParameter(
                    draft, chance,
                    (name, schema) => draft.Query.Add((name, Values.InUrl(values.Bad(schema, chance), chance))))),
        new("a repeated parameter", (draft, values, chance) => WithParameter(draft, chance, (name, schema) =>
        {
            draft.Query.Add((name, Values.InUrl(values.Good(schema, name, draft.Operation, chance), chance)));
            draft.Query.Add(draft.Query[^1]);
        })),
        new("a parameter without value", (draft, _, chance) =>
            WithParameter(draft, chance, (name, _) => draft.Query.Add((name, Values.Pick([null, ""], chance))))),
        new("a parameter in capitals",
            (draft, values, chance) =>
                WithParameter(
                    draft, chance,
                    (name, schema) =>
                        draft.Query.Add(
                            (name.ToUpperInvariant(),
                                Values.InUrl(values.Good(schema, name, draft.Operation, chance), chance))))),
        new("an odd query",
            (draft, _, chance) =>
                draft.Query.Add(
                    (Values.Pick(
                        ["colour", "", "%", "%zz", "%00", "%ff", "a%3Db", "+", "a+b", "[]", "a[0]", "ä", "&&", "=", "?",
                            "#x", "%F0%9F%98%80", "$filter", "q;r"], chance),
                            Values.Pick([null, "", "1", "%", "%00", "%ff%fe", "+", "a=b", "%26"], chance)))),
        new("very many parameters",
            (draft, _, _) => draft.Query.AddRange(Enumerable.Range(0, 500).Select(i => ($"p{i}", (string?)"1")))),
        new("a bad id", (draft, values, chance) =>
        {
            var path = draft.Operation.Parameters.FirstOrDefault(parameter => (string?)parameter["in"] == "path");
            if (path is null) return;
            var at = Array.IndexOf(draft.Operation.Path.Split('/'), $"{{{path["name"]}}}");
            var segments = draft.Path.Split('/');
            if (at >= segments.Length) return;
            segments[at] = Values.InUrl(values.Bad(path["schema"]!, chance), chance);
            draft.Path = string.Join('/', segments);
            draft.IsOperations = false;
        }),
        new("an odd path", (draft, _, chance) =>
        {
            draft.Path = chance.Next(14) switch
            {
                0 => draft.Path + "/",
                1 => draft.Path.ToUpperInvariant(),
                2 => draft.Path.Replace("/v1/", "//v1/", StringComparison.Ordinal),
                3 => draft.Path + "/%2e%2e",
                4 => draft.Path + "/..%2f..%2fetc",
                5 => draft.Path + "%20",
                6 => draft.Path + ";v=1",
                7 => draft.Path + ".json",
                8 => draft.Path[..draft.Path.LastIndexOf('/')],
                9 => draft.Path + "/x/y/z",
                10 => draft.Path.Replace("v1", "v2", StringComparison.Ordinal),
                11 => draft.Path + "/../" + draft.Path.Split('/')[^1],
                12 => draft.Path + "/%E2%82%AC",
                _ => "/api/v1/" + new string('p', 3000),
            };
            draft.IsOperations = false;
        }),
        new("another method", (draft, _, chance) =>
        {
            // POST and DELETE are left out: they would be other operations, and could delete resources that must stay.
            draft.Method = Values.Pick(["HEAD", "OPTIONS", "PUT", "PATCH", "TRACE", "PROPFIND", "get", "BREW"], chance);
            draft.IsOperations = false;
        }),
        new("an odd Accept",
            (draft, _, chance) =>
                draft.Headers.Add(
                    ("Accept",
                        Values.Pick(
                            ["text/html", "text/csv", "application/x-ndjson", "application/vnd.apache.parquet",
                                "image/png", "*/*;q=0", "application/json;q=0", "garbage", ";;;", "", "a/b, c/d;q=2",
                                new string('a', 3000), "text/event-stream", "application/problem+json"], chance)))),
        new("an odd condition",
            (draft, _, chance) =>
                draft.Headers.Add(
                    (Values.Pick(["If-None-Match", "If-Match", "If-Modified-Since", "If-Range", "Range"], chance),
                        Values.Pick(
                            ["*", "\"x\"", "W/\"x\"", "x", "", "\"", "bytes=0-0", "bytes=9-1", "bytes=-", "Tue, 99 Foo",
                                "\"a\", \"b\", *", new string('"', 2000)], chance)))),
        new("an odd preference",
            (draft, _, chance) =>
                draft.Headers.Add(
                    ("Prefer",
                        Values.Pick(
                            ["respond-async", "wait=10", "respond-async, wait=x", "", "return=minimal", ";",
                                "respond-async=1", new string('p', 3000)], chance)))),
        new("an odd idempotency key",
            (draft, _, chance) =>
                draft.Headers.Add(
                    ("Idempotency-Key",
                        Values.Pick(
                            ["k1", "k2", "", " ", "\"quoted\"", new string('k', 3000), "ä", Bytes.Raw(0xFF), "a,b",
                                $"k{chance.Next(1000)}"], chance)))),
        new("two idempotency keys",
            (draft, _, _) => draft.Headers.AddRange([("Idempotency-Key", "a"), ("Idempotency-Key", "b")])),
        new("an odd header",
            (draft, _, chance) =>
                draft.Headers.Add(
                    Values.Pick(
                        [("traceparent", "garbage"),
                            ("traceparent", "00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-ff"),
                            ("Cookie", "a=b; \0"), ("X-Forwarded-For", "x"), ("Origin", "null"),
                            ("Accept-Language", "tlh"), ("Accept-Encoding", "gzip;q=9, zip"),
                            ("Expect", "100-continue"), ("X-Odd", Bytes.Raw(0xFF, 0xFE)), ("Last-Event-ID", "x"),
                            ("Last-Event-ID", "99999999999999999999")], chance))),
        new("another Content-Type", (draft, _, chance) =>
        {
            draft.Headers.RemoveAll(header => header.Name == "Content-Type");
            var type = Values.Pick(
                [null, "", "text/plain", "application/xml", "application/json; charset=utf-16",
                    "application/json; charset=latin-9", "application/x-www-form-urlencoded", "multipart/form-data",
                    "multipart/form-data; boundary=", "multipart/mixed; boundary=x", "json", "application/vnd.x+json",
                    ";", new string('c', 3000), Bytes.Raw(0xFF)], chance);
            if (type is not null) draft.Headers.Add(("Content-Type", type));
        }),
        new("an unexpected body",
            (draft, _, chance) => draft.Body ??= Values.Pick(["{}", "x", new string('x', 100_000)], chance)),
        new("no body", (draft, _, _) => draft.Body = null),
        new("an encoded body", (draft, _, chance) =>
            draft.Headers.Add(("Content-Encoding", Values.Pick(["gzip", "br", "identity", "x"], chance)))),
        new("a client that hangs up", (draft, _, _) =>
        {
            // A change without a body might be made before the server notices the disconnection, and not be counted.
            if (draft.Body is null && draft.Method != "GET") return;
            draft.ClaimedLength = "1000000";
            draft.HangsUp = true;
        }),
    ];

    /// <summary>Invalid HTTP, or beyond the server's limits: the server may refuse it before our code runs.</summary>
    public static IReadOnlyList<Mischief> Broken { get; } =
    [
        new("a query beyond all limits", (draft, _, _) =>
        {
            draft.Query.Add(("contains", new string('x', 20_000)));
            draft.IsBrokenHttp = true;
        }),
        new("an invalid path", (draft, _, chance) =>
        {
            draft.Path = Values.Pick(
                [draft.Path + "%00", draft.Path + "%ff", draft.Path + "%zz", draft.Path + " x",
                    draft.Path + Bytes.Raw(0xFF), "*", "http://elsewhere" + draft.Path, "", "//", new string('/', 9000),
                    draft.Path + "\0", "/%c0%80"], chance);
            draft.IsOperations = false;
            draft.IsBrokenHttp = true;
        }),
        new("an invalid method", (draft, _, chance) =>
        {
            draft.Method = Values.Pick(["", "G ET", "G\0T", "(GET)", new string('M', 9000), "CONNECT"], chance);
            draft.IsOperations = false;
            draft.IsBrokenHttp = true;
        }),
        new("a broken header", (draft, _, chance) =>
        {
            draft.Headers.Add(
                Values.Pick(
                    [("Host", "two"), ("Bad Name", "x"), ("X\0", "x"), ("X-Nul", "a\0b"),
                        ("X-Huge", new string('h', 40_000)), ("Transfer-Encoding", "bogus"),
                        ("Transfer-Encoding", "chunked"), ("Content-Length", "5"), ("X", "a\r\nno colon here"),
                        ("Expect", "a miracle")], chance));
            draft.IsBrokenHttp = true;
        }),
        new("too many headers", (draft, _, _) =>
        {
            draft.Headers.AddRange(Enumerable.Range(0, 150).Select(i => ($"X-{i}", "1")));
            draft.IsBrokenHttp = true;
        }),
        new("no Host", (draft, _, _) =>
        {
            draft.Headers.RemoveAll(header => header.Name == "Host");
            draft.IsBrokenHttp = true;
        }),
        new("a wrong length", (draft, _, chance) =>
        {
            draft.ClaimedLength = Values.Pick(["-1", "x", "0", "1", "99999999999999999999", "1, 2", ""], chance);
            draft.IsBrokenHttp = true;
        }),
    ];

    private static void WithParameter(Draft draft, Random chance, Action<string, JsonNode> use)
    {
        var known = draft.Operation.Parameters.Where(parameter => (string?)parameter["in"] == "query").ToList();
        if (known.Count == 0) return;
        var parameter = Values.Pick(known, chance);
        use((string)parameter["name"]!, parameter["schema"]!);
    }
}
