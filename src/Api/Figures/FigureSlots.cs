namespace PieService.Api.Figures;

/// <summary>
/// Limits how many figures are drawn at the same time. A page requests all its figures at once, so the others wait.
/// </summary>
public sealed class FigureSlots : IDisposable
{
    private readonly SemaphoreSlim free = new(2 * Environment.ProcessorCount);

    internal async Task<TDrawn> DrawAsync<TDrawn>(Func<Task<TDrawn>> draw, CancellationToken cancellation)
    {
        await free.WaitAsync(cancellation);
        try
        {
            return await draw();
        }
        finally
        {
            free.Release();
        }
    }

    public void Dispose() => free.Dispose();
}
