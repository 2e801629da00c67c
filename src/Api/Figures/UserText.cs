using PieService.Api.Figures.Drawing;

namespace PieService.Api.Figures;

/// <summary>
/// A text that a user chose, such as a label. A sheet that has no font for it shows another text instead of boxes, and
/// the caption states which.
/// </summary>
/// <param name="Substitute">Such as label 7.</param>
public sealed record UserText(string Text, string Substitute)
{
    public string On(ISheet sheet) => sheet.CanShow(Text) ? Text : Substitute;

    /// <summary>The width of the wider one of both texts, for a layout that is the same on every sheet.</summary>
    public double Width(double size) =>
        Math.Max(Font.Regular.Width(Text, size), Font.Regular.Width(Substitute, size));

    /// <summary>Names the substitutes for a caption; empty if none is needed.</summary>
    public static string Explain(IEnumerable<UserText> texts)
    {
        string[] replaced =
        [
            .. from text in texts.Distinct()
               where !Font.Regular.Has(text.Text)
               select $"{text.Substitute} = '{text.Text}'",
        ];
        return replaced.Length == 0 ? ""
            : $" The fonts of PDF and PNG lack characters of some names: {string.Join(", ", replaced)}.";
    }
}
