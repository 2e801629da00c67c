using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>The command line of ./pie import, before anything is sent.</summary>
public class ImportCommandTests
{
    private const string Service = "http://127.0.0.1:1";

    [Theory]
    [InlineData("Name files and folders, or a definition")]
    [InlineData("Name files and folders, or a definition", "a.jsonl", "--definition", "b.json")]
    [InlineData("--nonsense", "a.jsonl", "--nonsense")]
    [InlineData("--name", "a.jsonl", "--name")]
    [InlineData("weekly", "a.jsonl", "--repeats", "weekly")]
    [InlineData("'file:///etc' is not an address", "a.jsonl", "--url", "file:///etc")]
    public async Task A_command_line_that_is_not_one_is_refused(string message, params string[] arguments)
    {
        var (code, output, errors) = await ServiceProcess.RunImportAsync([Service, .. arguments]);

        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("pie: import: ", errors, StringComparison.Ordinal);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_does_not_exist_is_named()
    {
        var (code, _, errors) = await ServiceProcess.RunImportAsync(Service, "no such file");

        Assert.Equal((1, "pie: import: There is no file or folder no such file.\n"), (code, errors));
    }

    [Fact]
    public async Task The_help_has_every_option()
    {
        var (code, output, errors) = await ServiceProcess.RunImportAsync(Service, "--help");

        Assert.Equal((0, ""), (code, errors));
        foreach (var option in new[] { "baseline", "model", "name", "repeats", "definition", "dry-run", "url" })
            Assert.Contains($"--{option}", output, StringComparison.Ordinal);
        Assert.Contains("./pie import", output, StringComparison.Ordinal);
    }
}
