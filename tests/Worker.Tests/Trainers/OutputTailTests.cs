using PieService.Worker.Trainers;

namespace PieService.Worker.Tests.Trainers;

public sealed class OutputTailTests
{
    [Fact]
    public void The_last_lines_follow_the_reason()
    {
        var tail = new OutputTail();
        for (var line = 0; line < 30; line++) tail.Add($"line {line}");

        var text = tail.After("It ended.").Split('\n');

        Assert.Equal(["It ended.", "Its last output:", "line 10"], text[..3]);
        Assert.Equal("line 29", text[^1]);
    }

    [Fact]
    public void A_warning_that_torch_repeats_at_each_step_on_a_GPU_does_not_replace_other_lines()
    {
        var tail = new OutputTail();
        tail.Add("CUDA error: unspecified launch failure");
        for (var step = 0; step < 30; step++)
        {
            tail.Add(
                "[W RNN.cpp:982] Warning: RNN module weights are not part of single contiguous chunk of memory. This "
                    + "means they need to be compacted at every call (function operator())");
        }

        Assert.Equal("It ended.\nIts last output:\nCUDA error: unspecified launch failure", tail.After("It ended."));
    }

    [Fact]
    public void Without_output_there_is_the_reason_alone() =>
        Assert.Equal("It ended.", new OutputTail().After("It ended."));
}
