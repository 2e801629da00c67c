namespace PieService.Api.Figures.Drawing;

/// <summary>The colours of a figure that depend on whether it is read on a light or on a dark page.</summary>
/// <param name="Ink">Of axes, texts and the dense cohort.</param>
/// <param name="Muted">Of what is less important than the ink.</param>
/// <param name="Families">The colours of magnitude, impact and random pruning, by Okabe and Ito (2008).</param>
/// <param name="Blues">The colours of a quantity, from that which is closest to the background.</param>
/// <param name="Oranges">Those of a second quantity beside the first.</param>
public sealed record Theme(
    Rgb Background, Rgb Ink, Rgb Muted, Rgb Grid, Rgb Floor, Rgb Stripe, Rgb NoValue, IReadOnlyList<Rgb> Families,
    Ramp Blues, Ramp Oranges)
{
    public static Theme Light { get; } = new(
        Rgb.White, Rgb.Of("#1A1A1A"), Rgb.Of("#5F6368"), Rgb.Of("#E3E5E8"), Rgb.Of("#9E9E9E"), Rgb.Of("#F7F7F7"),
        Rgb.Of("#EEEEEE"), [Rgb.Of("#0072B2"), Rgb.Of("#D55E00"), Rgb.Of("#009E73")],
        Ramp.Blues, Ramp.Oranges);

    public static Theme Dark { get; } = new(
        Rgb.Of("#14171C"), Rgb.Of("#E8EAED"), Rgb.Of("#A6ACB3"), Rgb.Of("#343A42"), Rgb.Of("#7C828A"),
        Rgb.Of("#1C2027"), Rgb.Of("#2A2F37"), [Rgb.Of("#56B4E9"), Rgb.Of("#F08A4B"), Rgb.Of("#3CC79B")],
        Ramp.LightBlues, Ramp.LightOranges);
}
