namespace PieService.Worker.Supervision;

/// <summary>This process, by a name that no other process ever has.</summary>
public sealed record WorkerIdentity(string Id, string Machine)
{
    public static WorkerIdentity Create() =>
        new($"{Environment.MachineName}-{Environment.ProcessId}-{Guid.CreateVersion7():N}", Environment.MachineName);
}
