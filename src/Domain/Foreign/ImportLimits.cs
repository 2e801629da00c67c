namespace PieService.Domain.Foreign;

/// <summary>The bounds of an import of predictions.</summary>
public static class ImportLimits
{
    public const int Files = 1000;
    public const int Cohorts = 200;

    /// <summary>Runs of a cohort.</summary>
    public const int Seeds = 1000;

    /// <summary>Runs times examples: the survey has a bit for each.</summary>
    public const long Answers = 4_000_000_000;

    /// <summary>The bytes of the packed answers of all runs, which wait on the disk.</summary>
    public const long AnswerBytes = 32L << 30;

    /// <summary>Errors that are reported; reading ends with the last of them.</summary>
    public const int Errors = 100;

    /// <summary>Characters of an id of an example.</summary>
    public const int IdCharacters = 1000;
}
