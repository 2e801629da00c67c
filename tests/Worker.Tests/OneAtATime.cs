// Torch's random generator and its number of threads belong to the whole process: a training is alone in one.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
