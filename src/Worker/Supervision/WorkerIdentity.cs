namespace PieService.Worker.Supervision;

/// <summary>The name of this process; no other process ever has the same name.</summary>
public sealed record WorkerIdentity(string Id, string Machine)
{
    public static WorkerIdentity Create() =>
        new($"{Environment.MachineName}-{Environment.ProcessId}-{Guid.CreateVersion7():N}", Environment.MachineName);
}
