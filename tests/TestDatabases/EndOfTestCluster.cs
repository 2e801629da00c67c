namespace PieService.TestDatabases;

/// <summary>
/// A fixture of a whole test assembly, which stops the private server after the last test. On a busy machine the end of
/// the process would be too late, since xunit kills the process after eleven seconds.
/// </summary>
public sealed class EndOfTestCluster : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await TestCluster.EndAsync();
}
