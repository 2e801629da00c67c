using System.IO.Compression;
using System.Text.Json.Nodes;

namespace PieService.Requests;

/// <summary>The form of an upload, whose parts can be corrupted.</summary>
public sealed class FormDraft
{
    private readonly List<Part> parts = [];
    private string boundary = "pie-boundary-1f3a";
    private string ending = "--";

    public void Add(string name, string? fileName, string type, string content) => parts.Add(new Part(
        $"Content-Disposition: form-data; "
            + $"name=\"{name}\"{(fileName is null ? "" : $"; filename=\"{fileName}\"")}\r\nContent-Type: {type}",
        content));

    /// <summary>A small file in the format of the definition.</summary>
    public static string File(JsonNode? definition, Random chance)
    {
        if (definition?["files"] is JsonArray) return Predictions(chance);
        var columns = definition?["columns"] as JsonObject;
        var (text, label) = ((string?)columns?["text"] ?? "text", (string?)columns?["label"] ?? "label");
        var rows = Enumerable.Range(0, 16)
            .Select(i =>
                (Text: $"{Values.Pick(["a fine", "a dull", "some", "no"], chance)} film {i}", Label: i % 2 == 0
                    ? "good" : "bad"));
        return (string?)definition?["format"] switch
        {
            "jsonl" =>
                string.Concat(rows.Select(row => new JsonObject
                {
                    [text] = row.Text,
                    [label] = row.Label,
                }.ToJsonString() + "\n")),
            "tsv" => $"{text}\t{label}\n{string.Concat(rows.Select(row => $"{row.Text}\t{row.Label}\n"))}",
            _ => $"{text},{label}\n{string.Concat(rows.Select(row => $"{row.Text},{row.Label}\n"))}",
        };
    }

    /// <summary>The answers of two models, with the columns that the sample of the document names.</summary>
    private static string Predictions(Random chance) => "id,gold,bf16,int4\n" + string.Concat(
        Enumerable.Range(0, 16).Select(i =>
            $"q{i},{(i % 2 == 0 ? "yes" : "no")},{Values.Pick(["yes", "no"], chance)},"
            + $"{Values.Pick(["yes", "no"], chance)}\n"));

    /// <returns>A description of the changes.</returns>
    public string Spoil(JsonNode? definition, Random chance)
    {
        var at = chance.Next(parts.Count);
        var part = parts[at];
        var (what, spoilt) = chance.Next(22) switch
        {
            0 => ("a gzipped file", part with { Content = Gzip(part.Content) }),
            1 => ("a truncated gzip", part with { Content = Gzip(part.Content)[..^chance.Next(1, 20)] }),
            2 => ("a gzip with trailing junk", part with { Content = Gzip(part.Content) + "junk" }),
            3 => ("a gzip of a gzip", part with { Content = Gzip(Gzip(part.Content)) }),
            4 => ("a PNG", part with
            {
                Content = Bytes.Raw(0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13),
            }),
            5 => ("a Parquet file's beginning", part with { Content = "PAR1" + Bytes.Raw(0x15, 4, 0x15, 0xFF) }),
            6 => ("a small gzip bomb", part with { Content = Gzip(new string('a', 4_000_000)) }),
            7 => ("bad UTF-8", part with
            {
                Content = part.Content.Insert(chance.Next(part.Content.Length + 1), Bytes.Raw(0xFF)),
            }),
            8 => ("a NUL", part with { Content = part.Content.Insert(chance.Next(part.Content.Length + 1), "\0") }),
            9 => ("a quote that is not closed", part with { Content = part.Content + "\"" }),
            10 => ("a truncated file", part with { Content = part.Content[..chance.Next(part.Content.Length + 1)] }),
            11 => ("an empty file", part with { Content = "" }),
            12 => ("only a byte order mark", part with { Content = "\uFEFF" }),
            13 => ("UTF-16", part with { Content = string.Concat(part.Content.Select(c => $"{c}\0")) }),
            14 => ("a long line", part with { Content = part.Content + new string('x', 3_000_000) }),
            15 => ("many columns", part with
            {
                Content = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"c{i},")) + "\n" + part.Content,
            }),
            16 => ("a path as file name", Named(part, "../../../../etc/passwd")),
            17 => ("an absurd file name",
                Named(part, Values.Pick(
                    [new string('f', 10_000), "", "a\\\"b", Bytes.Raw(0xFF, 0xFE), "%00", "C:\\CON", "x\0y"], chance))),
            18 => ("an absurd part name", part with
            {
                Header = "Content-Disposition: form-data; name=" + Values.Pick(
                    [
                        "\"\"", "\"../x\"", "\"lock\"", "\"Train\"", "\"train\u0000\"", "train", "\"",
                        $"\"{new string('n', 20_000)}\"",
                    ],
                    chance),
            }),
            19 => ("a broken part header", part with
            {
                Header = Values.Pick(
                    ["", "Content-Disposition", "Content-Disposition: attachment", ": x",
                        "Content-Disposition: form-data; name*=UTF-8''train%FF", new string('h', 20_000)], chance),
            }),
            20 => ("another content type", part with
            {
                Header = part.Header
                    + Values.Pick(
                        ["; charset=utf-7", "\r\nContent-Transfer-Encoding: base64", "\r\nContent-Encoding: gzip",
                            "\r\nContent-Length: 5"], chance),
            }),
            _ => ("another format's file", part with
            {
                Content = File(new JsonObject { ["format"] = Values.Pick(["jsonl", "tsv", "csv"], chance) }, chance),
            }),
        };
        parts[at] = spoilt;
        switch (chance.Next(16))
        {
            case 0: parts.Add(spoilt); return $"{what}, twice";
            case 1:
                parts.RemoveAt(at); return parts.Count == 0
                ? Restored("a single part", spoilt) : "a missing part";
            case 2: Add("stranger", "stranger.csv", "text/csv", "x"); return $"{what}, and an unknown part";
            case 3: ending = ""; return $"{what}, and no end of the form";
            case 4:
                boundary = Values.Pick(
                ["", new string('b', 71), "b", "ü", "a b", new string('b', 70)],
                chance); return $"{what}, and another boundary";
            case 5 when spoilt.Content.Length < 1000:
                parts.AddRange(
                Enumerable.Repeat(spoilt, 500)); return $"{what}, five hundred times";
            default: return what;
        }
    }

    public void WriteTo(Draft draft)
    {
        draft.Headers.Add(("Content-Type", $"multipart/form-data; boundary=\"{boundary}\""));
        draft.Body = string.Concat(parts.Select(part => $"--{boundary}\r\n{part.Header}\r\n\r\n{part.Content}\r\n"))
            + $"--{boundary}{ending}\r\n";
    }

    private string Restored(string what, Part part)
    {
        parts.Add(part);
        return what;
    }

    private static Part Named(Part part, string fileName)
    {
        var at = part.Header.IndexOf("; filename=", StringComparison.Ordinal);
        return part with
        {
            Header = $"{(at < 0 ? part.Header.Split("\r\n")[0] : part.Header[..at])}; filename=\"{fileName}\"",
        };
    }

    private static string Gzip(string content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Bytes.Of(content));
        return Bytes.Raw(packed.ToArray());
    }

    /// <param name="Header">All header lines of the part.</param>
    private sealed record Part(string Header, string Content);
}
