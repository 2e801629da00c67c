using PieService.Worker.Hub;

namespace PieService.Worker.Tests.Hub;

public sealed class HubModelTests
{
    [Theory]
    [InlineData("google-bert/bert-base-uncased", "bert-base-uncased", ".google-bert--bert-base-uncased.partial")]
    [InlineData("tiny_bert.v1", "tiny_bert.v1", ".tiny_bert.v1.partial")]
    public void The_folder_name_of_a_model_omits_its_owner(string name, string folder, string partial)
    {
        var model = HubModel.Parse(name)!;

        Assert.Equal((name, folder, partial), (model.ToString(), model.Folder, model.PartialFolder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc")]
    [InlineData("lab/..")]
    [InlineData("lab/")]
    [InlineData("a/b/c")]
    [InlineData("--output")]
    [InlineData("lab/bert\n")]
    public void Other_texts_are_not_model_names(string name) => Assert.Null(HubModel.Parse(name));
}
