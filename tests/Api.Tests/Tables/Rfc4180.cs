using System.Text;

namespace PieService.Api.Tests.Tables;

/// <summary>
/// Reads CSV strictly by RFC 4180, independently of the library that writes it. An empty cell is null, and "" is an
/// empty text.
/// </summary>
internal static class Rfc4180
{
    public static List<List<string?>> Read(string csv)
    {
        var (records, record, place) = (new List<List<string?>>(), new List<string?>(), 0);
        while (place < csv.Length)
        {
            record.Add(csv[place] == '"' ? Quoted(csv, ref place) : Bare(csv, ref place));
            if (csv[place] == ',')
            {
                place++;
                continue;
            }
            Assert.Equal("\r\n", csv.Substring(place, 2));
            place += 2;
            records.Add(record);
            record = [];
        }
        Assert.Empty(record);
        return records;
    }

    private static string? Bare(string csv, ref int place)
    {
        var begin = place;
        while (csv[place] is not (',' or '\r')) Assert.DoesNotContain(csv[place++], "\"\n");
        return place == begin ? null : csv[begin..place];
    }

    private static string Quoted(string csv, ref int place)
    {
        var text = new StringBuilder();
        while (true)
        {
            var end = csv.IndexOf('"', place + 1);
            Assert.True(end > 0, "a quote is not closed");
            text.Append(csv, place + 1, end - place - 1);
            place = end + 1;
            if (csv[place] != '"') return text.ToString();
            text.Append('"');
        }
    }
}
