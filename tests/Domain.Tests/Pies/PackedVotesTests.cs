using PieService.Domain.Pies;

namespace PieService.Domain.Tests.Pies;

public class PackedVotesTests
{
    [Fact]
    public void Votes_have_two_bytes_each_the_lower_one_first()
    {
        var packed = new byte[6];

        PackedVotes.Pack([1, 0, 30_000], packed);

        Assert.Equal([1, 0, 0, 0, 0x30, 0x75], packed);
        Assert.Equal([1, 0, 30_000], PackedVotes.Unpack(packed));
        Assert.Equal(30_000, PackedVotes.Of(packed, 2));
    }
}
