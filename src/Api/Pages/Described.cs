using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Sweeps;

namespace PieService.Api.Pages;

/// <summary>Values of the API in words.</summary>
public static class Described
{
    public static string Task(LearningTask task) => task switch
    {
        LearningTask.SingleLabel => "one for each text",
        LearningTask.MultiLabel => "any number for each text",
    };

    /// <summary>What a method prunes by, when, and whether it then begins again.</summary>
    public static string Method(Method method)
    {
        if (PruningRule.Of(method) is not { } rule) return "not pruned";
        var score = rule.Score switch
        {
            PruningScore.Magnitude => "magnitude",
            PruningScore.Impact => "impact",
            PruningScore.Random => "at random",
        };
        var schedule = rule.Schedule switch
        {
            PruningSchedule.Iterative => "iterative",
            PruningSchedule.AtInitialization => "at initialisation",
        };
        return $"{score}, {schedule}{(rule.Rewinds ? ", with rewinding" : "")}";
    }

    public static string Origin(SweepOrigin origin) => origin switch
    {
        SweepOrigin.Trained => "trained here",
        SweepOrigin.Imported => "imported predictions",
    };
}
