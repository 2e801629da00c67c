namespace PieService.Domain.Webhooks;

/// <param name="MayBePrivate">Whether messages may be sent to addresses of this machine and of private
/// networks.</param>
/// <param name="MaxAttempts">The number of attempts after which a message is given up.</param>
public sealed record WebhookSettings(bool MayBePrivate, int MaxAttempts)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(24);

    /// <param name="setting">Looks up PIE_WEBHOOK_PRIVATE, PIE_WEBHOOK_ATTEMPTS.</param>
    /// <exception cref="FormatException">A setting does not have a valid value.</exception>
    public static WebhookSettings From(Func<string, string?> setting) => new(
        Settings.Flag(setting, "PIE_WEBHOOK_PRIVATE"),
        Settings.Number(setting, "PIE_WEBHOOK_ATTEMPTS", 10, 1, 20));

    /// <summary>
    /// The pause is 10 s after the first attempt, and three times as long after each further one: ten attempts take 27
    /// hours.
    /// </summary>
    public static TimeSpan PauseAfter(int attempts)
    {
        var pause = FirstPause * Math.Pow(3, attempts - 1);
        return pause < LongestPause ? pause : LongestPause;
    }
}
