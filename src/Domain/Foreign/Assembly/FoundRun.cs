using System.Collections;
using PieService.Domain.Foreign.Formats;

namespace PieService.Domain.Foreign.Assembly;

/// <summary>A run of an import, and which examples it has answered: one bit for each.</summary>
/// <param name="file">The part that has its answers.</param>
internal sealed class FoundRun(RunKey key, string file)
{
    private readonly BitArray answered = new(0);

    public RunKey Key { get; } = key;

    public string File { get; } = file;

    /// <summary>The number of examples that it has answered.</summary>
    public int Count { get; private set; }

    /// <summary>Null as long as it has given no answer.</summary>
    public bool? HasScores { get; set; }

    /// <summary>The threshold by which its labels were decided; null if the file has them.</summary>
    public double? Threshold { get; set; }

    public bool Has(int example) => example < answered.Length && answered[example];

    /// <returns>False if it has answered the example before.</returns>
    public bool Add(int example)
    {
        if (Has(example)) return false;
        if (example >= answered.Length) answered.Length = Math.Max(example + 1, 2 * answered.Length);
        answered[example] = true;
        Count++;
        return true;
    }
}
