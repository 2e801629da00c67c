namespace PieService.Worker.Trainers;

/// <summary>The last lines that a process wrote, for the message of its failure.</summary>
internal sealed class OutputTail
{
    private const int MostLines = 20, LongestLine = 500;

    /// <summary>
    /// A warning that torch repeats at each call of an LSTM on a GPU, since all parameters share one memory here.
    /// </summary>
    private const string OfEveryStep = "RNN module weights are not part of single contiguous chunk of memory";

    private readonly Queue<string> lines = new();

    public void Add(string? line)
    {
        if (line is null || line.Contains(OfEveryStep, StringComparison.Ordinal)) return;
        lock (lines)
        {
            lines.Enqueue(line.Length > LongestLine ? line[..LongestLine] : line);
            if (lines.Count > MostLines) lines.Dequeue();
        }
    }

    public string After(string reason)
    {
        lock (lines) return lines.Count == 0 ? reason : $"{reason}\nIts last output:\n{string.Join('\n', lines)}";
    }
}
