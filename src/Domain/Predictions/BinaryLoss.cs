namespace PieService.Domain.Predictions;

/// <summary>The binary cross-entropy of one class of one example.</summary>
public static class BinaryLoss
{
    /// <summary>
    /// -log of the probability that sigmoid(logit) gives to the true answer, in nats; exact to its last digits near 0,
    /// where ratios are computed.
    /// </summary>
    public static double Of(double logit, bool holds)
    {
        // log(1 + exp(against)); a plain logarithm would lose its digits if exp(against) is small.
        var against = holds ? -logit : logit;
        var x = Math.Exp(-Math.Abs(against));
        return Math.Max(against, 0) + (x < 1e-6 ? x - (x * x / 2) : Math.Log(1 + x));
    }
}
