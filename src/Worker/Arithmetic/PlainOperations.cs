namespace PieService.Worker.Arithmetic;

/// <summary>The operations of the models, by their textbook formulas.</summary>
internal static class PlainOperations
{
    public static PlainMatrix Sigmoid(this PlainMatrix x) => x.Map(Sigmoid, v => Sigmoid(v) * (1 - Sigmoid(v)));

    public static PlainMatrix Tanh(this PlainMatrix x) => x.Map(Math.Tanh, v => 1 - (Math.Tanh(v) * Math.Tanh(v)));

    public static PlainMatrix Relu(this PlainMatrix x) => x.Map(v => Math.Max(0, v), v => v > 0 ? 1 : 0);

    public static PlainMatrix Exp(this PlainMatrix x) => x.Map(Math.Exp, Math.Exp);

    public static PlainMatrix Log(this PlainMatrix x) => x.Map(Math.Log, v => 1 / v);

    /// <summary>x Phi(x), Phi being the normal distribution's function (Hendrycks and Gimpel, 2016).</summary>
    public static PlainMatrix Gelu(this PlainMatrix x) =>
        x.Map(v => v * Phi(v), v => Phi(v) + (v * Math.Exp(-v * v / 2) / Math.Sqrt(2 * Math.PI)));

    /// <summary>GELU by its approximation with tanh, which some checkpoints use.</summary>
    public static PlainMatrix TanhGelu(this PlainMatrix x)
    {
        var inner = (x + (x * x * x * 0.044715)) * Math.Sqrt(2 / Math.PI);
        return x * (inner.Tanh().Map(t => (1 + t) / 2, _ => 0.5));
    }

    /// <summary>x W' + b.</summary>
    /// <param name="x">(N, from).</param>
    /// <param name="weight">(to, from).</param>
    /// <param name="bias">(1, to).</param>
    public static PlainMatrix Linear(PlainMatrix x, PlainMatrix weight, PlainMatrix bias) =>
        x.TimesTransposed(weight) + bias;

    /// <summary>Softmax over each row, which becomes a distribution.</summary>
    public static PlainMatrix Softmax(this PlainMatrix x)
    {
        var exponentials = x.Exp();
        return exponentials / exponentials.RowSums();
    }

    /// <summary>Each row with mean 0 and variance 1, then scaled and shifted (Ba, Kiros and Hinton, 2016).</summary>
    public static PlainMatrix LayerNorm(PlainMatrix x, PlainMatrix weight, PlainMatrix bias, double epsilon)
    {
        var centred = x - (x.RowSums() * (1.0 / x.Columns));
        var variance = (centred * centred).RowSums() * (1.0 / x.Columns);
        return (centred * variance.Map(
            v => Math.Pow(v + epsilon, -0.5), v => -0.5 * Math.Pow(v + epsilon, -1.5)) * weight) + bias;
    }

    /// <summary>
    /// An LSTM of one layer and direction (Hochreiter and Schmidhuber, 1997; gates in torch's order: input, forget,
    /// cell, output).
    /// </summary>
    /// <param name="x">(T B, D), time first.</param>
    /// <param name="weights">The weights from input (4H, D) and from state (4H, H), and their two biases
    /// (1, 4H).</param>
    /// <returns>(T B, H).</returns>
    public static PlainMatrix Lstm(PlainMatrix x, IReadOnlyList<PlainMatrix> weights, int batch)
    {
        var units = weights[1].Columns;
        PlainMatrix Zeros() => new(batch, units, new double[batch * units]);
        var (hidden, cell, states) = (Zeros(), Zeros(), new List<PlainMatrix>());
        for (var t = 0; t < x.Rows / batch; t++)
        {
            var gates = x.RowsAt([.. Enumerable.Range(t * batch, batch)]).TimesTransposed(weights[0])
                + hidden.TimesTransposed(weights[1]) + weights[2] + weights[3];
            PlainMatrix Gate(int place) => gates.ColumnsFrom(place * units, units);
            cell = (Gate(1).Sigmoid() * cell) + (Gate(0).Sigmoid() * Gate(2).Tanh());
            hidden = Gate(3).Sigmoid() * cell.Tanh();
            states.Add(hidden);
        }
        return PlainMatrix.Stack(states);
    }

    /// <summary>
    /// softmax(Q K' / sqrt(d)) V for each head, over the tokens that are not pads (Vaswani et al., 2017, eq. 1).
    /// </summary>
    /// <param name="queries">(T, heads d) of one text; keys and values likewise.</param>
    /// <param name="length">The number of tokens of the text; attention excludes the pads after them.</param>
    /// <returns>(T, heads d).</returns>
    public static PlainMatrix Attention(
        PlainMatrix queries, PlainMatrix keys, PlainMatrix values, int heads, int length)
    {
        var d = queries.Columns / heads;
        int[] there = [.. Enumerable.Range(0, length)];
        // Heads are side by side, and one below the other after the transpose.
        return PlainMatrix.Stack([.. Enumerable.Range(0, heads).Select(head =>
        {
            PlainMatrix Head(PlainMatrix of) => of.ColumnsFrom(head * d, d);
            var weights = (Head(queries).TimesTransposed(Head(keys).RowsAt(there)) * (1 / Math.Sqrt(d))).Softmax();
            return weights.TimesTransposed(Head(values).RowsAt(there).Transposed()).Transposed();
        })]).Transposed();
    }

    /// <summary>Mean over the rows of -log softmax at the gold class, in nats: (1, 1).</summary>
    public static PlainMatrix CrossEntropy(PlainMatrix logits, IReadOnlyList<int> gold)
    {
        var isGold = new double[logits.Rows * logits.Columns];
        for (var row = 0; row < gold.Count; row++) isGold[(row * logits.Columns) + gold[row]] = 1;
        return Mean(logits.Exp().RowSums().Log() - (logits * Constant(logits, isGold)).RowSums());
    }

    /// <summary>Mean over rows and columns of log(1 + e^x) - x y, in nats: (1, 1).</summary>
    /// <param name="gold">0 or 1, row-major.</param>
    public static PlainMatrix BinaryCrossEntropy(PlainMatrix logits, double[] gold) =>
        Mean((logits.Map(x => Math.Log(1 + Math.Exp(x)), Sigmoid) - (logits * Constant(logits, gold)))
            .RowSums() * (1.0 / logits.Columns));

    private static PlainMatrix Mean(PlainMatrix column) => column.Transposed().RowSums() * (1.0 / column.Rows);

    private static PlainMatrix Constant(PlainMatrix like, double[] values) => new(like.Rows, like.Columns, values);

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Phi(double x) => (1 + Erf(x / Math.Sqrt(2))) / 2;

    /// <summary>
    /// The error function by its series 2 / sqrt(pi) e^(-x²) sum of 2^n x^(2n+1) / (2n+1)!!, all of whose terms have
    /// one sign.
    /// </summary>
    private static double Erf(double x)
    {
        var (term, sum) = (x, x);
        for (var n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++) sum += term *= 2 * x * x / ((2 * n) + 1);
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
