using System.Text;
using System.Text.Json;
using PieService.Domain.Datasets;

namespace PieService.Domain.Tests.Datasets;

/// <summary>Random texts and labels are the same dataset in every format that has them.</summary>
public sealed class RoundTripTests
{
    private static readonly string[] Letters =
    [
        "a", "Z", "7", "é", "e\u0301", "ß", "語", "\U0001F600", "\U0001F468\u200D\U0001F469", "\"", "'", "\\", ",", ";",
        "[", "]", "{", " ", "\u00A0", "\u200B", "=", "-",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Labels_and_texts_come_back_from_each_format(int seed)
    {
        var random = new Random(seed);
        string[] names = [.. Enumerable.Range(0, 12).Select(i => $"{i}{Text(random, 8)}{i}")];
        var rows = Enumerable.Range(0, 200)
            .Select(i => (
                Text: $"t{Text(random, 30)}",
                Labels: names.Where((_, n) => n == i % 12 || random.Next(6) == 0).ToList())).ToList();
        foreach (var isMultiLabel in new[] { false, true })
        {
            var hashes = new[]
            {
                Read(DatasetFormat.Csv, isMultiLabel, Csv(rows, isMultiLabel, Json.Write), rows),
                Read(DatasetFormat.Csv, isMultiLabel, Csv(rows, isMultiLabel, Python), rows),
                Read(DatasetFormat.Tsv, isMultiLabel, Tsv(rows, isMultiLabel), rows),
                Read(DatasetFormat.Jsonl, isMultiLabel, JsonLines(rows, isMultiLabel, asList: true), rows),
                Read(DatasetFormat.Jsonl, isMultiLabel, JsonLines(rows, isMultiLabel, asList: isMultiLabel), rows),
            };
            Assert.Single(hashes.Distinct());
        }
    }

    private static string Text(Random random, int most) =>
        string.Concat(Enumerable.Range(0, random.Next(most)).Select(_ => Letters[random.Next(Letters.Length)]));

    private static string Read(
        DatasetFormat format, bool isMultiLabel, string content, List<(string Text, List<string> Labels)> rows)
    {
        using var files = new SampleFiles().As(format);
        if (isMultiLabel)
            files.Definition = files.Definition with
            {
                Task = LearningTask.MultiLabel,
                Columns = new ColumnMapping { Text = "text", Labels = "label" },
            };
        var dataset = files.With("train", content).With("test", content).Read();
        var read = dataset.Examples(Guid.Empty, CancellationToken.None).Take(rows.Count).ToList();
        Assert.Equal(rows.Select(row => row.Text), read.Select(example => example.Text));
        Assert.Equal(
            rows.Select(row => row.Labels.Take(isMultiLabel ? 12 : 1).Order(StringComparer.Ordinal)),
            read.Select(example =>
                example.Labels.Select(label => dataset.Labels[label]).Order(StringComparer.Ordinal)));
        return dataset.ContentHash;
    }

    private static string Csv(
        List<(string Text, List<string> Labels)> rows, bool isMultiLabel, Func<List<string>, string> list) =>
        "text,label\n" + string.Concat(rows.Select(row =>
            $"{Quoted(row.Text)},{Quoted(isMultiLabel ? list(row.Labels) : row.Labels[0])}\n"));

    private static string Tsv(List<(string Text, List<string> Labels)> rows, bool isMultiLabel) =>
        "text\tlabel\n" + string.Concat(rows.Select(row =>
            $"{row.Text}\t{(isMultiLabel ? Json.Write(row.Labels) : row.Labels[0])}\n"));

    private static string JsonLines(List<(string Text, List<string> Labels)> rows, bool isMultiLabel, bool asList) =>
        string.Concat(rows.Select(row => JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["text"] = row.Text,
            ["label"] = isMultiLabel ? row.Labels : asList ? row.Labels.Take(1) : row.Labels[0],
        }) + "\n"));

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>As Python's repr writes a list of strings.</summary>
    private static string Python(List<string> labels)
    {
        return $"[{string.Join(", ", labels.Select(Repr))}]";

        static string Repr(string text)
        {
            var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal)
                ? '"' : '\'';
            var escaped = new StringBuilder();
            foreach (var rune in text.EnumerateRunes())
                escaped.Append(rune.Value switch
                {
                    '\\' => "\\\\",
                    '\u00A0' => "\\xa0",
                    '\u200B' => "\\u200b",
                    _ when rune.Value == quote => $"\\{quote}",
                    _ => rune.ToString(),
                });
            return $"{quote}{escaped}{quote}";
        }
    }
}
