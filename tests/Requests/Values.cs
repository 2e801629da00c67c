using System.Text.Json.Nodes;

namespace PieService.Requests;

/// <summary>
/// Values for a schema, as JSON texts (<see cref="Bytes"/>): allowed ones and faulty ones.
/// </summary>
public sealed class Values(Contract contract, Harvest harvest)
{
    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "-1", "2", "49", "50", "51", "99", "99.9999999", "100", "100.0", "101", "200", "201", "999",
        "1000", "1001", "4096", "4097", "10000", "10001", "65536", "65537",
        "1000000000", "2147483647", "2147483648", "-2147483648", "-2147483649", "4294967296", "9223372036854775807",
        "9223372036854775808", "-9223372036854775809",
        "0.5", "1.5", "-0.0", "1e0", "1e3", "1E+2", "1e-7", "1e-400", "1e308", "1e309", "1e400", "-1e400",
        "79228162514264337593543950336", "0.1234567", "0.1234567890123456789012345678901",
        "NaN", "Infinity", "-Infinity", "+1", "01", "0x10", "1_000", "1,5", ".5", "5.", "1e", "--1", new('9', 400),
        $"0.{new string('3', 5000)}",
    ];

    private static readonly string[] Strings =
    [
        "\"\"", "\" \"", "\"\\u00a0\"", "\"x\"", $"\"{new string('x', 200)}\"", $"\"{new string('x', 201)}\"",
        $"\"{new string('x', 100_000)}\"", $"\"{string.Concat(Enumerable.Repeat("😀", 200))}\"",
        "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0007\"", "\"\\n\"", "\"\\r\\n\"",
        "\"\\u2028\"", "\"\\u202e\"", "\"\\ufeff\"", "\"\\uffff\"",
        $"\"{Bytes.Raw(0xFF)}\"", $"\"{Bytes.Raw(0xC0, 0x80)}\"", $"\"{Bytes.Raw(0xED, 0xA0, 0x80)}\"",
        $"\"{Bytes.Raw(0xF4, 0x90, 0x80, 0x80)}\"", $"\"{Bytes.Raw(0xE2, 0x82)}\"", $"\"{Bytes.Raw(0)}\"", "\"\n\"",
        "\"\t\"",
        "\"../../../etc/passwd\"", "\"/etc/passwd\"", "\"..\"", "\".\"", "\"C:\\\\CON\"", "\"a/b\"", "\"%00\"",
        "\"%s%n\"", "\"'; DROP TABLE sweeps; --\"", "\"$(id)\"", "\"<script>alert(1)</script>\"", "\"{0}\"",
        "\"%_\\\\\"",
        "\"null\"", "\"true\"", "\"0\"", "\"NaN\"", "\"é\"", "\"\\x41\"", "\"open", "'x'", "\"\\u12\"",
    ];

    private static readonly string[] Ids =
    [
        "\"00000000-0000-0000-0000-000000000000\"", "\"ffffffff-ffff-ffff-ffff-ffffffffffff\"",
        "\"01a20bbb-244d-77ce-9b22-24bf780e721b\"", "\"01a20bbb244d77ce9b2224bf780e721b\"",
        "\"{01a20bbb-244d-77ce-9b22-24bf780e721b}\"", "\"(01a20bbb-244d-77ce-9b22-24bf780e721b)\"",
        "\"01A20BBB-244D-77CE-9B22-24BF780E721B\"", "\" 01a20bbb-244d-77ce-9b22-24bf780e721b\"",
        "\"01a20bbb-244d-77ce-9b22-24bf780e721\"", "\"1\"",
    ];

    /// <summary>Values of types that no field has.</summary>
    private static readonly string[] Others =
    [
        "null", "true", "false", "0", "\"\"", "[]", "{}", "[null]", "[[]]", "{\"a\":1}", "{\"a\":1,\"a\":2}",
        "undefined", "", "tru", "/* x */ 1", "1 // x", "[1,]", "{\"a\":1,}",
        Nested("[", "]", 70), Nested("{\"a\":", "}", 70, "1"), Nested("[", "]", 20_000), $"{new string('[', 100_000)}",
        $"[{string.Join(',', Enumerable.Repeat("0", 20_000))}]",
        $"[{string.Join(',', Enumerable.Repeat("null", 2_000))}]",
    ];

    /// <summary>A value that the schema allows; an id or a token is one that exists.</summary>
    public string Good(JsonNode schema, string name, Operation operation, Random chance)
    {
        var resolved = contract.Resolve(schema);
        if (resolved["enum"] is JsonArray allowed) return Pick(allowed, chance)!.ToJsonString();
        if (name == "pageToken" && harvest.Tokens.Count > 0) return Quote(Pick(harvest.Tokens, chance));
        return (string?)resolved["type"] switch
        {
            "boolean" => chance.Next(2) == 0 ? "true" : "false",
            "integer" => $"{chance.Next(1, 60)}",
            "number" => Pick(["0", "0.25", "50", "80", "90"], chance),
            "string" when (string?)resolved["format"] == "uuid" =>
                Quote(Pick(harvest.Ids(Harvest.Noun(operation, name)), chance)),
            "string" => Quote(Pick(harvest.Words, chance)),
            "array" => $"[{Good(resolved["items"]!, name, operation, chance)}]",
            _ => "{}",
        };
    }

    /// <summary>A value at the limits of the schema or beyond them.</summary>
    public string Bad(JsonNode schema, Random chance)
    {
        var resolved = contract.Resolve(schema);
        if (chance.Next(4) == 0) return Pick(Others, chance);
        if (resolved["enum"] is JsonArray allowed)
        {
            var known = (string)Pick(allowed, chance)!;
            return Pick(
                [Quote(known), Quote(known.ToUpperInvariant()), Quote($" {known}"), Quote($"{known},{known}"), "0",
                    "-1", "99", "\"0\"", Pick(Strings, chance)], chance);
        }
        return (string?)resolved["type"] switch
        {
            "integer" or "number" => Pick(Numbers, chance),
            "boolean" => Pick(["\"true\"", "1", "0", "TRUE", "True", "\"yes\"", "null"], chance),
            "string" when (string?)resolved["format"] == "uuid" => Pick(chance.Next(3) == 0 ? Strings : Ids, chance),
            "array" when resolved["items"] is { } items => chance.Next(3) switch
            {
                0 => $"[{string.Join(',', Enumerable.Range(0, chance.Next(1, 5)).Select(_ => Bad(items, chance)))}]",
                1 => $"[{string.Join(',', Enumerable.Repeat(Bad(items, chance), 2))}]",
                _ => $"[{string.Join(',', Enumerable.Range(1, chance.Next(2000)))}]",
            },
            _ => Pick(Strings, chance),
        };
    }

    /// <summary>
    /// A JSON text for a query or a path: without quotes, and percent-encoded.
    /// </summary>
    public static string InUrl(string json, Random chance)
    {
        var text = json.Trim('"');
        if (text.Contains('\\', StringComparison.Ordinal) && chance.Next(2) == 0)
            text = text.Replace("\\u0000", "\0", StringComparison.Ordinal);
        return string.Concat(
            Bytes.Of(text.Length > 3000 ? text[..3000] : text)
                .Select(value =>
                    char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_'
                        ? $"{(char)value}" : $"%{value:X2}"));
    }

    public static string Quote(string text) => JsonValue.Create(text).ToJsonString();

    public static T Pick<T>(IReadOnlyList<T> all, Random chance) => all[chance.Next(all.Count)];

    public static JsonNode? Pick(JsonArray all, Random chance) => all[chance.Next(all.Count)];

    private static string Nested(string open, string close, int depth, string inside = "") =>
        string.Concat(Enumerable.Repeat(open, depth)) + inside + string.Concat(Enumerable.Repeat(close, depth));
}
