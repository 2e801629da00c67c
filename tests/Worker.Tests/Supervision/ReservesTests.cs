using PieService.Domain;
using PieService.Worker.Supervision;

namespace PieService.Worker.Tests.Supervision;

public sealed class ReservesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void With_enough_of_everything_nothing_is_short() => Assert.Null(Of(("PIE_MIN_FREE_DISK_MIB", "0"), ("PIE_MIN_FREE_MEMORY_MIB", "0")).Look());

    [Fact]
    public void A_shortage_says_what_is_short_and_which_setting_says_so()
    {
        Assert.Matches("^disk: .* PIE_MIN_FREE_DISK_MIB is 2147483647$", Of(("PIE_MIN_FREE_DISK_MIB", "2147483647")).Look());
        Assert.Matches("^memory: .* PIE_MIN_FREE_MEMORY_MIB is 2147483647$", Of(("PIE_MIN_FREE_DISK_MIB", "0"), ("PIE_MIN_FREE_MEMORY_MIB", "2147483647")).Look());
    }

    /// <summary>Over folders that are not there yet.</summary>
    private Reserves Of(params (string Name, string Value)[] settings) => new(
        new PieFolders(folder["data/below"], folder["artifacts"], null, folder["models"]),
        WorkerSettings.From(name => settings.FirstOrDefault(setting => setting.Name == name).Value), TimeProvider.System);
}
