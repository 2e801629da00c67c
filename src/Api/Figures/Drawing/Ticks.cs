namespace PieService.Api.Figures.Drawing;

/// <param name="Value">The value on the axis.</param>
public readonly record struct Tick(double Value, string Text);

/// <summary>The ticks of an axis.</summary>
public static class Ticks
{
    /// <summary>
    /// Returns multiples of 1, 2 or 5 times a power of ten that enclose the range: the first is at most low, the last
    /// at least high.
    /// </summary>
    /// <param name="most">The number of steps to aim at; one or two more if the range is not at a multiple.</param>
    public static IReadOnlyList<Tick> Around(double low, double high, int most)
    {
        if (!(high > low)) (low, high) = (low - Math.Max(1, Math.Abs(low) * 0.1), low + Math.Max(1, low * 0.1));
        var (step, decimals) = Step((high - low) / most);
        var (first, last) = (Math.Floor((low / step) + 1e-9), Math.Ceiling((high / step) - 1e-9));
        return
        [
            .. Enumerable.Range(0, (int)(last - first) + 1)
                .Select(i => (first + i) * step)
                .Select(value => new Tick(value, NumberText.Fixed(value, decimals))),
        ];
    }

    /// <summary>
    /// Leaves out ticks whose texts would touch. The last tick stays, since results change most at the highest
    /// sparsity.
    /// </summary>
    public static IReadOnlyList<Tick> Thinned(IReadOnlyList<Tick> ticks, Scale scale, double size, double gap = 3)
    {
        var kept = new List<Tick>();
        foreach (var tick in ticks.Reverse())
        {
            if (kept.TrueForAll(other => Distance(tick, other) >= gap)) kept.Add(tick);
        }
        kept.Reverse();
        return kept;

        double Distance(Tick one, Tick other) =>
            Math.Abs(scale.At(one.Value) - scale.At(other.Value)) - (Half(one) + Half(other));

        double Half(Tick tick) => Font.Regular.Width(tick.Text, size) / 2;
    }

    private static (double Step, int Decimals) Step(double least)
    {
        var power = (int)Math.Floor(Math.Log10(least) + 1e-9);
        var unit = Math.Pow(10, power);
        var factor = new[] { 1.0, 2, 5 }.FirstOrDefault(factor => factor * unit >= least * (1 - 1e-9), 10);
        return (factor * unit, Math.Max(0, factor == 10 ? -power - 1 : -power));
    }
}
