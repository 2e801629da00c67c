using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Domain.Diagnosis;

namespace PieService.Domain.Storage;

/// <summary>Looks at the database: its version, its schema and its clock.</summary>
public static class DatabaseFindings
{
    /// <summary>The lowest version of PostgreSQL with which the service is tested.</summary>
    private const int LowestVersion = 15;

    /// <summary>With more deviation, times in logs and in the database do not fit each other.</summary>
    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(2);

    /// <returns>The findings; without a schema or a connection, the last one is a problem.</returns>
    public static async Task<IReadOnlyList<Finding>> OfAsync(
        PieDbContext db, TimeProvider time, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        try
        {
            var number = await db.Database
                .SqlQuery<int>($"SELECT current_setting('server_version_num')::integer AS \"Value\"")
                .SingleAsync(cancellation);
            var text = await db.Database.SqlQuery<string>($"SELECT current_setting('server_version') AS \"Value\"")
                .SingleAsync(cancellation);
            findings.Add(number / 10_000 < LowestVersion
                ? Finding.Problem("database", $"PostgreSQL {text}", $"use PostgreSQL {LowestVersion} or newer")
                : Finding.Ok("database", $"PostgreSQL {text}"));
            findings.Add(await SkewAsync(db, time, cancellation));
            findings.Add(await Schema.LackAsync(db, cancellation) is { } lack
                ? Finding.Problem(
                    "schema", lack, "start the API of this version, which migrates the database: ./pie up")
                : Finding.Ok("schema", "that of this version"));
        }
        catch (Exception away) when (away is NpgsqlException || DatabaseOutage.IsCauseOf(away))
        {
            findings.Add(Finding.Problem(
                "database", $"cannot be used: {away.GetBaseException().Message}",
                "start the service (./pie up), or correct ConnectionStrings__Pie"));
        }
        return findings;
    }

    /// <summary>
    /// The database's clock against that of this machine. Leases use the database's clock only, so a deviation costs no
    /// run.
    /// </summary>
    private static async Task<Finding> SkewAsync(PieDbContext db, TimeProvider time, CancellationToken cancellation)
    {
        var before = time.GetUtcNow();
        var there = await db.Database.SqlQuery<DateTimeOffset>($"SELECT clock_timestamp() AS \"Value\"")
            .SingleAsync(cancellation);
        var skew = there - (before + ((time.GetUtcNow() - before) / 2));
        var text = string.Create(
            CultureInfo.InvariantCulture, $"the database's clock deviates by {skew.TotalSeconds:+0.000;-0.000} s");
        return skew.Duration() > MostSkew
            ? Finding.Warning("clock", text, "let both machines set their clocks by NTP (timedatectl set-ntp true)")
            : Finding.Ok("clock", text);
    }
}
