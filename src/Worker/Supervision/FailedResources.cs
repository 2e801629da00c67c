using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Worker.Resources;
using PieService.Worker.Trainers;
using PieService.Worker.Training;

namespace PieService.Worker.Supervision;

/// <summary>
/// Decides by the failure of a run which of this worker's resources are no longer used, or are read again.
/// </summary>
public sealed class FailedResources(
    ModelInventory inventory, VectorFolder vectors, CheckpointFolder checkpoints, DatasetCache datasets,
    TrainerPool trainers)
{
    public void Note(Exception failure)
    {
        switch (failure)
        {
            case WorkerUnfitException unfit:
                if (unfit.Kind == ModelKind.Bert) inventory.Forget(unfit.Name);
                break;
            case ModelMismatchException other:
                MarkUnusable(other);
                break;
            case MemoryExhaustedException or InsufficientMemoryException:
                // Idle trainers may still hold the memory that this run needs.
                trainers.EndIdle();
                break;
            case UntrainableException:
                break;
            default:
                datasets.VerifyAgain();
                break;
        }
    }

    private void MarkUnusable(ModelMismatchException other)
    {
        // A replaced file of vectors is another version, which is not marked.
        if (other.Kind == ModelKind.Vectors) vectors.MarkUnusable(other.Name, other.Message);
        else checkpoints.MarkUnusable(other.Name, $"{other.Message} Then start this worker again.");
    }
}
