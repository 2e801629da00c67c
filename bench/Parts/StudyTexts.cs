using System.Globalization;
using PieService.Domain;

namespace PieService.Bench.Parts;

/// <summary>
/// Texts with the lengths of SNLI's pairs: a premise and a hypothesis, 24 words on average, 40 at most; the study pads
/// them to 128. Nine words in ten are frequent ones, for which a BERT's vocabulary has a piece; it has two or three for
/// the others. A cue word says the class of four texts in five.
/// </summary>
internal static class StudyTexts
{
    public const int Classes = 3, MaxLength = 128, Dimensions = 100;

    private const int RareWords = 4_000;

    private static readonly string[] FrequentWords =
        """
        the in on at of with is are and to an his her their two three man woman people men women boy girl child children
        young old person dog street water red blue white black green shirt standing sitting walking playing running
        riding wearing holding looking jumping outside inside near front by up down over through while some group large
        small park building beach grass snow ball game bike car table field crowd city road camera music guitar food
        eating talking sleeping working smiling watching waiting happy sad hat jacket dress pants hair hand one other
        another there for from into around behind next top side day night sun tree rock river boat horse team player
        stage picture family friends mother father home store market train bus bench wall house window door
        """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    /// <returns>Each text and its class, 0 to C - 1.</returns>
    public static IEnumerable<(string Text, int Label)> Of(string split, int count)
    {
        var random = KeyedRandom.For("bench", "texts", split);
        for (var i = 0; i < count; i++)
        {
            var label = random.NextInt(Classes);
            var cue = random.NextInt(5) == 0 ? random.NextInt(Classes) : label;
            var length = 7 + random.NextInt(17) + random.NextInt(17);
            yield return (
                $"cue{cue} {string.Join(' ', Enumerable.Range(0, length).Select(_ => NextWord(random)))}",
                label);
        }
    }

    public static string Csv(string split, int count) =>
        string.Concat(Of(split, count).Select(text => $"{text.Text},{text.Label}\n").Prepend("text,label\n"));

    /// <summary>Writes word vectors of all words, in GloVe's format.</summary>
    public static void WriteVectors(string path)
    {
        var random = KeyedRandom.For("bench", "vectors");
        using var file = File.CreateText(path);
        foreach (var word in FrequentWords.Concat(Enumerable.Range(0, RareWords).Select(RareWord))
            .Concat(Enumerable.Range(0, Classes).Select(label => $"cue{label}")))
        {
            file.Write(word);
            for (var d = 0; d < Dimensions; d++)
                file.Write(string.Create(CultureInfo.InvariantCulture, $" {(random.NextInt(2_000) - 1_000) / 2e3:F4}"));
            file.Write('\n');
        }
    }

    private static string NextWord(KeyedRandom random) => random.NextInt(10) == 0
        ? RareWord(random.NextInt(RareWords))
        : FrequentWords[random.NextInt(FrequentWords.Length)];

    /// <summary>A word of letters alone, so that a BERT's tokenizer has pieces for it.</summary>
    private static string RareWord(int number)
    {
        Span<char> letters = stackalloc char[4];
        for (var at = 0; at < letters.Length; at++, number /= 8) letters[at] = "aeioulmn"[number % 8];
        return letters.ToString();
    }
}
