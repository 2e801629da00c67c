using static TorchSharp.torch;

namespace PieService.Bench;

/// <summary>
/// The product of an LSTM's time step for four seeds of one shape: one after the other, and as one batched product.
/// </summary>
internal static class SideBySide
{
    private const int Seeds = 4, Products = 100;

    public static void Run()
    {
        set_num_threads(1);
        foreach (var (batch, hidden) in new[] { (32, 32), (256, 100) })
        {
            var (states, weights) = (randn(Seeds, batch, hidden), randn(Seeds, hidden, 4 * hidden));
            var (each, own) = (states.unbind(0), weights.unbind(0));
            var alone = Measured.Seconds(() => Repeat(() =>
            {
                for (var seed = 0; seed < Seeds; seed++) each[seed].mm(own[seed]);
            }));
            var together = Measured.Seconds(() => Repeat(() => states.bmm(weights)));
            Measured.Say(
                $"{Seeds} products ({batch} x {hidden})({hidden} x {4 * hidden}): bmm is {alone / together:F2} times "
                    + "as fast as one after the other");
        }
    }

    private static void Repeat(Action work)
    {
        for (var i = 0; i < Products; i++)
        {
            using var scope = NewDisposeScope();
            work();
        }
    }
}
