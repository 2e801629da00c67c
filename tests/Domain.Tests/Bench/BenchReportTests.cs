using PieService.Bench.Reports;
using PieService.Domain.Runs;

namespace PieService.Domain.Tests.Bench;

public sealed class BenchReportTests
{
    [Fact]
    public void A_ratio_is_the_median_over_the_rounds_and_not_a_ratio_of_medians()
    {
        // The machine was slow in the second round, for both.
        var measured = Measurement.Of(
            "work", "words/s", amount: 120, "a baseline", [(1, 2), (10, 30), (2, 3)]);

        Assert.Equal(2, measured.Ratio);
        Assert.Equal((1.5, 3), (measured.Lowest, measured.Highest));
        Assert.Equal((60, 40), (measured.Speed, measured.Baseline));
    }

    [Fact]
    public void The_median_of_an_even_number_of_rounds_is_the_mean_of_the_two_in_the_middle() =>
        Assert.Equal(2.5, Measurement.Of("work", "words/s", 1, "a baseline", [(1, 2), (1, 3)]).Ratio);

    [Fact]
    public void Work_that_was_not_measured_has_no_ratio() =>
        Assert.Throws<ArgumentException>(() => Measurement.Of("work", "words/s", 1, "a baseline", []));

    [Fact]
    public void A_report_is_read_as_it_was_written()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("pie-report-").FullName, "new folder", "report.json");
        var report = Report(Measured("work", 2, 1.5, 3));

        report.Write(path);

        var read = BenchReport.Read(path);
        Assert.Equal(report.Measurements, read.Measurements);
        Assert.Equal((report.Host, report.Cores, report.At), (read.Host, read.Cores, read.At));
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("{}")]
    public void A_file_with_other_content_is_refused_with_its_path(string content)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, content);

        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => BenchReport.Read(path)).Message);
    }

    [Theory]
    [InlineData(1.0, 2.0, "overlap")]
    [InlineData(3.1, 4.0, "faster")]
    [InlineData(0.1, 1.4, "slower")]
    public void A_change_counts_only_if_the_ranges_do_not_overlap(double lowest, double highest, string change)
    {
        var now = Report(Measured("work", (lowest + highest) / 2, lowest, highest), Measured("new work", 1, 1, 1));

        var row = Assert.Single(now.ComparedWith(Report(Measured("work", 2, 1.5, 3))).Skip(2));

        Assert.StartsWith("| work | 2.00 |", row);
        Assert.EndsWith($"| {change} |", row);
    }

    [Fact]
    public void A_comparison_with_another_machine_says_so()
    {
        var here = Report(Measured("work", 2, 1, 3));

        Assert.StartsWith(
            "The earlier report is of another machine", here.ComparedWith(here with { Cores = 64 }).First());
        Assert.StartsWith("| measurement", here.ComparedWith(here with { At = DateTimeOffset.UnixEpoch }).First());
    }

    [Theory]
    [InlineData(1234567, "1,230,000")]
    [InlineData(123.4, "123")]
    [InlineData(12.34, "12.3")]
    [InlineData(0.01234, "0.0123")]
    public void Numbers_have_three_significant_digits(double speed, string shown) =>
        Assert.StartsWith(
            $"| work | {shown} words/s |",
            BenchReport.Row(new("work", "words/s", speed, 1, "a baseline", 1, 1, 1)));

    private static Measurement Measured(string name, double ratio, double lowest, double highest) =>
        new(name, "words/s", 10, 10 / ratio, "a baseline", ratio, lowest, highest);

    private static BenchReport Report(params Measurement[] measurements) => new(
        DateTimeOffset.UnixEpoch, new ComputeHost(new("AuthenticAMD", 26, 2, "AMD EPYC"), "libtorch 2.10.0", "glibc"),
        Cores: 2, measurements);
}
