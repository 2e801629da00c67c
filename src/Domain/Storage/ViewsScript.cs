namespace PieService.Domain.Storage;

internal static class ViewsScript
{
    /// <summary>The text of Views.sql, for the migration that installs it.</summary>
    public static string Read()
    {
        using var stream = typeof(ViewsScript).Assembly.GetManifestResourceStream("Views.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>The statement that makes one of its views.</summary>
    public static string Of(string view) => Statement($"CREATE VIEW {view} ");

    /// <summary>The statement that makes one of its functions.</summary>
    public static string OfFunction(string function) => Statement($"CREATE FUNCTION {function}(");

    private static string Statement(string beginning)
    {
        var script = Read();
        var start = script.IndexOf(beginning, StringComparison.Ordinal);
        return script[start..(script.IndexOf(';', start) + 1)];
    }
}
