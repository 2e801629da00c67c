using Microsoft.Extensions.Logging;
using PieService.Domain.Runs;

namespace PieService.Worker.Trainers;

internal static partial class TrainerLog
{
    [LoggerMessage(3, LogLevel.Error, "This worker takes no runs because {Problem}")]
    public static partial void ArithmeticWrong(ILogger logger, string problem);

    [LoggerMessage(
        4, LogLevel.Information,
        "The arithmetic of {Device} is right: {Checks} checks in {Seconds:F1} s on {Processor}, with {Library} and the "
        + "{Allocator} allocator")]
    public static partial void ArithmeticRight(
        ILogger logger, string device, int checks, double seconds, Processor processor, string library,
        string allocator);
}
