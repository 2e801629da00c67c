using Microsoft.Extensions.Logging;
using PieService.Domain.Runs;

namespace PieService.Worker.Trainers;

internal static partial class TrainerLog
{
    [LoggerMessage(3, LogLevel.Error, "This worker takes no runs because {Problem}")]
    public static partial void ArithmeticWrong(ILogger logger, string problem);

    [LoggerMessage(
        5, LogLevel.Warning,
        "The tensor library in {Folder} has version {Version}, and TorchSharp was built for {BuiltFor}. Its arithmetic "
        + "was compared, so it is used; install PyTorch {BuiltFor} if possible")]
    public static partial void OtherMinor(ILogger logger, string folder, string version, string builtFor);

    [LoggerMessage(
        4, LogLevel.Information,
        "The arithmetic of {Device} is right: {Checks} checks in {Seconds:F1} s on {Processor}, with {Library} and the "
        + "{Allocator} allocator")]
    public static partial void ArithmeticRight(
        ILogger logger, string device, int checks, double seconds, Processor processor, string library,
        string allocator);
}
