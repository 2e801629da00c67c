using PieService.Worker.Files;
using PieService.Worker.Models;

namespace PieService.Worker.Tests.Models;

public sealed class BertCasesTests
{
    [Theory]
    [InlineData("080", "t-added-json", "a film [E1] <url>", "a film [E1] <url>")]
    [InlineData("085", "t-othertokens-map", "a film</s>", "a film </s>")]
    [InlineData("087", "c-lower-nostrip", "a film", "a film")]
    [InlineData("088", "b-nopooler", "a film", "a film")]
    [InlineData("094", "e-jsonbom", "a film", "a film")]
    [InlineData("096", "a-relu", "a film", "a film")]
    [InlineData("099", "t-nomask", "a film", "a film")]
    public void A_folder_as_people_have_it_is_read(string number, string name, string text, string pieces)
    {
        var pretrained = PretrainedBert.Read(Cases.PathOf(number, name));
        pretrained.RequireWeights();
        Assert.Equal(number != "088", pretrained.HasPooler);
        Assert.Equal(
            pieces, string.Join(' ', pretrained.Tokens.Pieces(text).Select(id => pretrained.Tokens.Vocabulary[id])));
    }

    [Theory]
    [InlineData("083", "t-japanese", "tokenizer_class is BertJapaneseTokenizer")]
    [InlineData("090", "b-bin-only", "torch.load(\"pytorch_model.bin\"")]
    [InlineData("092", "e-lfs", "run `git lfs pull`")]
    public void A_folder_that_cannot_be_used_is_refused(string number, string name, string reason)
    {
        var path = Cases.PathOf(number, name);
        Assert.Contains(
            reason,
            Assert.Throws<UnusableModelException>(() => PretrainedBert.Read(path).RequireWeights()).Message,
            StringComparison.Ordinal);
    }
}
