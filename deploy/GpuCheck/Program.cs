using PieService.GpuCheck;

// PieService.GpuCheck REPORT [--cpu]: checks the trainer on the GPU, or in a small form on the processor, and writes
// REPORT as JSON. deploy/gpu-check.sh starts it with its environment.
if (args is [_] or [_, "--cpu"])
{
    Checks.Start(args[0], isCpu: args.Length == 2);
    return;
}
await Console.Error.WriteLineAsync("Usage: PieService.GpuCheck REPORT [--cpu]");
Environment.ExitCode = 2;
