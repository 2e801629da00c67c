using PieService.Worker.Hub;

namespace PieService.Worker.Tests.Hub;

public sealed class HubChecksumTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // printf 'hello\n' | git hash-object --stdin; printf 'hello\n' | sha256sum
    [Theory]
    [InlineData("ce013625030ba8dba906f756967f9e9ca394464a")]
    [InlineData("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03")]
    public async Task A_file_is_verified_by_the_hash_of_git_or_sha256sum(string hex)
    {
        var checksum = HubChecksum.Parse($"\"{hex}\"")!;
        await File.WriteAllTextAsync(folder["right"], "hello\n");
        await File.WriteAllTextAsync(folder["wrong"], "hullo\n");

        Assert.True(await checksum.MatchesAsync(folder["right"]));
        Assert.False(await checksum.MatchesAsync(folder["wrong"]));
        Assert.False(await checksum.MatchesAsync(folder["missing"]));
    }

    [Theory]
    [InlineData("W/\"ce013625030ba8dba906f756967f9e9ca394464a\"", "ce013625030ba8dba906f756967f9e9ca394464a")]
    [InlineData("ce013625030ba8dba906f756967f9e9ca394464a", "ce013625030ba8dba906f756967f9e9ca394464a")]
    [InlineData("\"ce013625\"", null)]
    [InlineData("\"of-the-storage\"", null)]
    [InlineData(null, null)]
    public void A_tag_is_a_checksum_if_its_length_and_digits_are_those_of_a_hash(string? tag, string? hex) =>
        Assert.Equal(hex, HubChecksum.Parse(tag)?.Hex);
}
