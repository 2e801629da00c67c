using System.Runtime.InteropServices;
using System.Text;

namespace PieService.Api.Runs;

/// <summary>Short texts as UTF-8, one behind the other, at most 2 GiB: as strings, millions take several times the
/// memory.</summary>
internal sealed class PackedTexts
{
    private readonly List<byte> utf8 = [];
    private readonly List<int> ends = [0];

    public string this[int index] =>
        Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(utf8)[ends[index]..ends[index + 1]]);

    public void Add(string text)
    {
        utf8.AddRange(Encoding.UTF8.GetBytes(text));
        ends.Add(utf8.Count);
    }
}
