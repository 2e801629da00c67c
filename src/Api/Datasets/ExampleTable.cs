using PieService.Api.Tables;
using PieService.Domain.Datasets;

namespace PieService.Api.Datasets;

public static class ExampleTable
{
    public static Columns<ExampleResponse> Columns(LearningTask task) => new Columns<ExampleResponse>()
        .Id("id", row => row.Id)
        .Id("datasetId", row => row.DatasetId)
        .Name("split", row => row.Split)
        .Whole("position", row => row.Position)
        .Text("sourceId", row => row.SourceId)
        .Text("text", row => row.Text)
        .Text("secondText", row => row.SecondText)
        .Gold(task, row => row.Labels);
}
