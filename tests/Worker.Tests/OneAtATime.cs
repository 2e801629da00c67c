// Torch's random generator and its number of threads belong to the process, so only one training may run in it.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
