using PieService.Domain.Runs;
using PieService.Worker.Arithmetic;
using PieService.Worker.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Arithmetic;

public class ArithmeticSelfTestTests
{
    [Fact]
    public void This_machine_passes_in_less_than_three_seconds()
    {
        // By processor time: a busy machine makes the clock's longer, and nothing wrong.
        var before = Environment.CpuUsage.TotalTime;
        var report = ArithmeticSelfTest.Run(Toy.Cpu.Prepare());
        var taken = (Environment.CpuUsage.TotalTime - before).TotalSeconds;

        Assert.Empty(report.Failures);
        Assert.Null(report.Complaint);
        Assert.Equal("cpu", report.Device);
        Assert.True(report.Checks >= 15, $"{report.Checks} checks");
        Assert.True(taken < 3, $"{taken} s");
    }

    [Fact]
    public void An_LSTM_kernel_that_is_wrong_without_gradients_is_caught_and_named()
    {
        // As oneDNN's inference kernel is on some virtual machines: right wherever gradients are on.
        static Tensor Wrong(LSTM lstm, Tensor sequence)
        {
            var states = LstmStates.Of(lstm, sequence);
            return is_grad_enabled() ? states : states.roll(1, 1);
        }

        var report = Run(ArithmeticChecks.Lstm(words: 5, batch: 7, inputs: 33, units: 100, Wrong));

        var failure = Assert.Single(report.Failures);
        Assert.Equal(("LSTM", "T 5, B 7, D 33, H 100", "result in evaluation"), (failure.Operation, failure.Shape, failure.Part));
        Assert.InRange(failure.Deviation!.Value, 0.1, 2);
        foreach (var named in new[] { "LSTM (T 5, B 7, D 33, H 100)", report.Host.Processor.Vendor, report.CpuCapability, "libtorch 2.", "ONEDNN_MAX_CPU_ISA=AVX2" })
            Assert.Contains(named, report.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gradient_that_is_wrong_in_one_number_is_caught()
    {
        // The forward result stays, and one weight's gradient is doubled.
        static Tensor Wrong(LSTM lstm, Tensor sequence)
        {
            var states = LstmStates.Of(lstm, sequence);
            if (!is_grad_enabled()) return states;
            var weight = lstm.parameters().First().flatten()[0];
            return states + (weight - weight.detach());
        }

        var report = Run(ArithmeticChecks.Lstm(words: 3, batch: 2, inputs: 13, units: 7, Wrong));

        Assert.Equal("gradient of the weights from the input", Assert.Single(report.Failures).Part);
    }

    [Fact]
    public void A_result_that_is_not_a_number_is_a_failure()
    {
        var report = Run(ArithmeticChecks.Lstm(2, 2, 3, 5, (lstm, sequence) => LstmStates.Of(lstm, sequence) * float.NaN));

        Assert.NotEmpty(report.Failures);
        Assert.All(report.Failures, failure => Assert.Null(failure.Deviation));
        Assert.Contains("is not a finite number", report.Complaint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_survives_the_way_from_the_trainer_to_the_database()
    {
        var report = Run(ArithmeticChecks.Lstm(2, 2, 3, 5, (lstm, sequence) => LstmStates.Of(lstm, sequence) * float.NaN));

        Assert.Equal(Domain.Json.Write(report), Domain.Json.Write(Domain.Json.Read<ArithmeticReport>(Domain.Json.Write(report))));
    }

    private static ArithmeticReport Run(ArithmeticCheck check) => ArithmeticSelfTest.Run(Toy.Cpu.Prepare(), [check]);
}
