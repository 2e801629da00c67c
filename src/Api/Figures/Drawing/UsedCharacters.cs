using System.Text;

namespace PieService.Api.Figures.Drawing;

/// <summary>The characters of the texts of a figure, by their fonts.</summary>
public sealed class UsedCharacters
{
    private readonly SortedDictionary<int, (Font Font, HashSet<Rune> Characters)> byWeight = [];

    /// <summary>In the order of the weights.</summary>
    public IEnumerable<KeyValuePair<Font, IReadOnlySet<Rune>>> ByFont =>
        byWeight.Values.Select(used => KeyValuePair.Create<Font, IReadOnlySet<Rune>>(used.Font, used.Characters));

    public void Add(string text, Font font)
    {
        if (!byWeight.TryGetValue(font.Weight, out var used)) byWeight[font.Weight] = used = (font, []);
        used.Characters.UnionWith(text.EnumerateRunes());
    }
}
