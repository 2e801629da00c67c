using Microsoft.Extensions.Configuration;
using Npgsql;

namespace PieService.Hosting;

/// <summary>The settings that lead to the database.</summary>
public static class DatabaseSetting
{
    public const string Name = "ConnectionStrings__Pie", PasswordFile = "PIE_DB_PASSWORD_FILE";

    /// <summary>
    /// ConnectionStrings:Pie with the password of the file that PIE_DB_PASSWORD_FILE names, such as a secret of Docker
    /// or Kubernetes; null if no database is configured.
    /// </summary>
    /// <exception cref="FormatException">The connection string is not valid, or there is no such file.</exception>
    public static string? From(IConfiguration configuration)
    {
        if (configuration.GetConnectionString("Pie") is not { Length: > 0 } text) return null;
        try
        {
            var address = new NpgsqlConnectionStringBuilder(text);
            if (configuration[PasswordFile] is { Length: > 0 } file) address.Password = File.ReadAllText(file).Trim();
            return address.ConnectionString;
        }
        catch (ArgumentException wrong)
        {
            // The message names a key at most; the text may have a password.
            throw new FormatException(
                $"The setting {Name} is not a connection string of Npgsql such as "
                + $"Host=…;Database=…;Username=…;Password=…: {wrong.Message}");
        }
        catch (Exception cannot) when (cannot is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"The file of the setting {PasswordFile} cannot be read: {cannot.Message}");
        }
    }
}
