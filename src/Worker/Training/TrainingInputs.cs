using PieService.Worker.Text;

namespace PieService.Worker.Training;

/// <summary>The files of an assignment, read and checked against each other.</summary>
internal sealed record TrainingInputs(TokenisedDataset Dataset, WordVectors? Vectors, int MaxLength)
{
    /// <summary>The split as the model reads it: texts cut off after the recipe's length.</summary>
    public TokenisedSplit Split(string name) => Dataset.Split(name).Truncated(MaxLength);

    /// <exception cref="ArgumentException">The recipe names vectors without a file of them, or the other way.</exception>
    /// <exception cref="UntrainableException">They don't belong together.</exception>
    /// <exception cref="InvalidDataException">A file is malformed; it can be made again.</exception>
    public static TrainingInputs Load(TrainingAssignment assignment)
    {
        if (assignment.Recipe.Vectors is null != assignment.VectorsPath is null)
            throw new ArgumentException("The recipe's vectors and their file must be given together.", nameof(assignment));
        var dataset = TokenisedDataset.Load(assignment.TokensPath);
        var vectors = assignment.VectorsPath is { } path ? WordVectors.Load(path) : null;
        Require(dataset.ContentHash == assignment.Recipe.DatasetHash,
            $"the tokenised dataset is {dataset.ContentHash}, the recipe's is {assignment.Recipe.DatasetHash}");
        Require(dataset.ClassCount is >= 2 and <= ushort.MaxValue + 1,
            $"the dataset has {dataset.ClassCount} classes; 2 to 65536 can be trained");
        Require(dataset.Split(TokenisedDataset.Train).Count > 0, "the dataset has no training examples");
        Require(vectors is null || vectors.VocabularyHash == dataset.VocabularyHash,
            "the word vectors were reduced to another vocabulary");
        return new(dataset, vectors, assignment.Recipe.Hyperparameters.MaxLength);
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition) throw new UntrainableException(otherwise);
    }
}
