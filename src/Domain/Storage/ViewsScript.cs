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
}
