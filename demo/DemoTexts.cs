namespace PieService.Demo;

/// <summary>
/// The demo's data: short remarks on films, positive or negative, generated from a small grammar and a seed, so that
/// the repository has no texts of other authors and every machine has the same ones. Most are easy: their cue words are
/// frequent and not negated. The others are hard in one of four ways, which their ids state (hard-negation-17): the cue
/// is negated; two cues contradict each other and the syntax decides; the cues are rare in training; or the label is
/// wrong.
/// </summary>
public sealed class DemoTexts
{
    public const string Negative = "negative", Positive = "positive";

    private const ulong Seed = 20;
    private const int TrainTexts = 600, ValidationTexts = 120, TestTexts = 400;

    /// <summary>The counts in 100 texts; the others are easy.</summary>
    private const int Negated = 10, Contrasting = 10, Rare = 9, Mislabelled = 3;

    private static readonly string[] Openers =
        ["", "", "Honestly, ", "In short: ", "Saw it last night, and ", "For me, ", "As far as I remember, ",
            "If you ask me, "];

    private static readonly string[] Closers =
    [
        "", "", " It runs for two hours.", " We saw it on a rainy Sunday.", " My brother had chosen it.",
        " There were few people in the cinema.",
        " It was made in the eighties.", " I had not read the book.",
    ];

    private static readonly string[] Subjects =
    [
        "plot", "acting", "ending", "music", "camera work", "dialogue", "cast", "script", "pacing", "story",
        "direction", "humour",
        "second half", "opening scene", "love story", "villain",
    ];

    private static readonly Cues Common = new(
        ["dull", "terrible", "boring", "clumsy", "awful", "tedious", "weak", "ugly", "painful", "silly"],
        ["wonderful", "brilliant", "moving", "funny", "charming", "gripping", "beautiful", "superb", "delightful",
            "clever"]);

    private static readonly Cues Uncommon = new(
        ["insipid", "dreary", "leaden", "muddled", "vapid", "tiresome", "wooden", "dismal", "grating", "soulless",
            "mawkish", "turgid", "stale", "shoddy"],
        ["luminous", "exquisite", "riveting", "poignant", "sublime", "dazzling", "masterly", "radiant", "witty",
            "stirring", "tender", "inventive", "graceful", "splendid"]);

    // {0}, {1}: two subjects; {2}, {3}: two cues of the label; {4}: a cue of the other label.
    private static readonly string[] Plain =
    [
        "the {0} was {2}.", "the {0} was {2} and the {1} was {3}.",
        "I found the {0} {2}, and my friends thought so too.",
        "I thought the {0} was {2}, even {3}.", "the {0} and the {1} were {2}.",
        "both the {0} and the {1} were {2}, and the rest was {3}.",
    ];

    private static readonly string[] Negation =
    [
        "the {0} was not {4}.", "nobody could call the {0} {4}.", "I would never call the {0} {4}.",
        "there was nothing {4} about the {0}.",
        "the {0} was not {4}, and the {1} was not {4} either.",
    ];

    private static readonly string[] Contrast =
    [
        "the {0} was {4}, but the film as a whole was {2}.", "my friends called the {0} {4}, but I found it {2}.",
        "the film was {2}, even though the {0} was {4}.", "although the {0} was {4}, the film was {2}.",
        "the {0} seemed {4} at first, but it was {2} in the end.",
    ];

    private readonly Draws draws = new(Seed);
    private readonly HashSet<string> texts = [];
    private readonly Dictionary<string, int> counts = [];

    private DemoTexts() => (Train, Validation, Test) = (Take(TrainTexts), Take(ValidationTexts), Take(TestTexts));

    public IReadOnlyList<DemoText> Train { get; }
    public IReadOnlyList<DemoText> Validation { get; }
    public IReadOnlyList<DemoText> Test { get; }

    public static DemoTexts Generate() => new();

    public static bool IsHard(string id) => id.StartsWith("hard-", StringComparison.Ordinal);

    private List<DemoText> Take(int count) => [.. Enumerable.Range(0, count).Select(_ => Draw())];

    private DemoText Draw()
    {
        var label = draws.Below(2) == 0 ? Negative : Positive;
        return draws.Below(100) switch
        {
            < Negated => Compose("hard-negation", label, Negation, Common),
            < Negated + Contrasting => Compose("hard-contrast", label, Contrast, Common),
            < Negated + Contrasting + Rare => Compose("hard-rare", label, Plain, Uncommon),
            < Negated + Contrasting + Rare + Mislabelled =>
                Compose("hard-mislabelled", label, Plain, Common) with { Label = Other(label) },
            _ => Compose("easy", label, Plain, Common),
        };
    }

    /// <summary>Composes a text that is unique, so that no test text occurs in training.</summary>
    private DemoText Compose(string kind, string label, string[] patterns, Cues cues)
    {
        string text;
        do
        {
            var (subject, otherSubject) = TwoOf(Subjects);
            var (cue, otherCue) = TwoOf(cues.Of(label));
            var sentence = string.Format(
                null, draws.From(patterns), subject, otherSubject, cue, otherCue, draws.From(cues.Of(Other(label))));
            text = draws.From(Openers) + sentence + draws.From(Closers);
            text = char.ToUpperInvariant(text[0]) + text[1..];
        }
        while (!texts.Add(text));

        counts[kind] = counts.GetValueOrDefault(kind) + 1;
        return new DemoText($"{kind}-{counts[kind]}", label, text);
    }

    private (string First, string Second) TwoOf(string[] words)
    {
        var first = draws.Below(words.Length);
        var second = (first + 1 + draws.Below(words.Length - 1)) % words.Length;
        return (words[first], words[second]);
    }

    private static string Other(string label) => label == Positive ? Negative : Positive;

    private sealed record Cues(string[] OfNegative, string[] OfPositive)
    {
        public string[] Of(string label) => label == Positive ? OfPositive : OfNegative;
    }
}

public sealed record DemoText(string Id, string Label, string Text);
