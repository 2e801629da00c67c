namespace PieService.Hosting;

/// <summary>
/// The pause between two checks of the rows, so that the checks take at most a fifth of the time however often rows
/// change, unless one check takes seconds.
/// </summary>
public static class CheckPause
{
    private const int ForEachCheck = 4;

    /// <param name="check">The duration of the last check.</param>
    public static TimeSpan After(TimeSpan check, TimeSpan shortest, TimeSpan longest)
    {
        var pause = check * ForEachCheck;
        return pause < shortest ? shortest : pause > longest ? longest : pause;
    }
}
