namespace PieService.TestDatabases;

/// <summary>
/// A fixture of a whole test assembly: ends the private server after its last test. As the process ends would be too
/// late on a busy machine, since xunit cuts that off after eleven seconds.
/// </summary>
public sealed class EndOfTestCluster : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await TestCluster.EndAsync();
}
