using System.Runtime.CompilerServices;
using Xunit;

namespace PieService.TestSupport;

/// <summary>Waits for an effect of another process or thread.</summary>
public static class Until
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until the condition holds; fails the test if it does not within a minute.</summary>
    /// <param name="what">The condition, for the message of the failed test.</param>
    public static Task HoldsAsync(
        Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        HoldsAsync(condition, what, TimeSpan.FromMinutes(1), () => "");

    /// <param name="tail">Text that the message of the failed test has after the condition.</param>
    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, TimeSpan patience, Func<string> tail)
    {
        using var limit = new CancellationTokenSource(patience);
        using var look = new PeriodicTimer(BetweenLooks);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Waited {patience} in vain until {what}.\n{tail()}");
            await look.WaitForNextTickAsync();
        }
    }
}
