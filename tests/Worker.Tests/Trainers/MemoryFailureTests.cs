using PieService.Worker.Trainers;

namespace PieService.Worker.Tests.Trainers;

public sealed class MemoryFailureTests
{
    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 139.81 GiB")]
    [InlineData("[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory")]
    [InlineData("terminate called after throwing an instance of 'std::bad_alloc'")]
    [InlineData("System.OutOfMemoryException: Array dimensions exceeded supported range.")]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")]
    [InlineData("Out of memory.")]
    public void The_messages_of_allocators_are_recognised(string message)
    {
        Assert.True(MemoryFailure.IsIn(message));
        Assert.True(MemoryFailure.IsCauseOf(134, $"The trainer process was ended by signal 6.\n{message}", false));
    }

    [Theory]
    [InlineData("CUDA error: device-side assert triggered")]
    [InlineData("The size of tensor a (3) must match the size of tensor b (4)")]
    public void Other_failures_are_not(string message)
    {
        Assert.False(MemoryFailure.IsIn(message));
        Assert.False(MemoryFailure.IsCauseOf(134, message, true));
    }

    [Fact]
    public void A_kill_by_signal_is_one_of_memory_only_if_the_kernel_has_counted_it()
    {
        Assert.False(MemoryFailure.IsCauseOf(137, "The trainer process was ended by signal 9.", kernelKilled: false));
        Assert.True(MemoryFailure.IsCauseOf(137, "The trainer process was ended by signal 9.", kernelKilled: true));
    }
}
