namespace PieService.Domain.Storage;

/// <summary>The topics of the notifications that the triggers of Initial.sql send.</summary>
public static class ChangeTopics
{
    /// <summary>
    /// A run was added or removed, or its state, its request to stop or to pause, or its earliest start changed.
    /// </summary>
    public const string Runs = "runs";

    /// <summary>A run has finished an epoch.</summary>
    public const string Epochs = "epochs";

    /// <summary>A sweep was added or removed, or is to be cancelled, paused or resumed.</summary>
    public const string Sweeps = "sweeps";

    /// <summary>Labels of a comparison are due, or were written.</summary>
    public const string Labels = "labels";

    /// <summary>A worker has started or ended, or has other resources.</summary>
    public const string Workers = "workers";

    /// <summary>Events of a sweep were written, or removed with it.</summary>
    public const string Events = "events";

    /// <summary>A message to a webhook is to be sent.</summary>
    public const string Deliveries = "deliveries";
}
