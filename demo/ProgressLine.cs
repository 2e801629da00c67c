using PieService.Client;

namespace PieService.Demo;

/// <summary>
/// Progress on one line of a terminal; otherwise, such as in a log, one line for every tenth of the work.
/// </summary>
public sealed class ProgressLine
{
    private int lastTenth = -1;
    private int lastLength;

    public void Show(ProgressResponse progress)
    {
        var (runs, epochs) = (progress.Runs, progress.Epochs);
        var done = epochs.Total == 0 ? 1 : (double)epochs.Done / epochs.Total;
        var text =
            $"  {100 * done,3:0} %   {runs.Succeeded} of {runs.Total} runs, {epochs.Done} of {epochs.Total} "
            + $"epochs{Remaining(progress)}";
        if (!Console.IsOutputRedirected)
        {
            Console.Write("\r" + text.PadRight(lastLength));
            lastLength = text.Length;
        }
        else if ((int)(10 * done) > lastTenth)
        {
            Console.WriteLine(text);
            lastTenth = (int)(10 * done);
        }
    }

    public static void End()
    {
        if (!Console.IsOutputRedirected) Console.WriteLine();
    }

    private static string Remaining(ProgressResponse progress) =>
        progress.EstimatedFinish - TimeProvider.System.GetUtcNow() is { } left && left > TimeSpan.Zero
            ? $", about {left.TotalSeconds:0} s left" : "";
}
