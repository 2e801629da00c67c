namespace PieService.Demo;

/// <summary>What the demo sends, as any client would write it.</summary>
public static class Requests
{
    public static string Dataset(string name) => $$"""
        { "name": "{{name}}", "task": "singleLabel", "format": "csv",
          "columns": { "id": "id", "label": "label", "text": "text" },
          "labels": ["{{DemoTexts.Negative}}", "{{DemoTexts.Positive}}"] }
        """;

    public static string Sweep(Guid datasetId) => $$"""
        { "name": "demo", "datasetId": "{{datasetId}}",
          "models": [ { "architecture": "BiLSTM",
                        "hyperparameters": { "epochs": 10, "batchSize": 32, "learningRate": 0.005, "maxLength": 32, "hiddenSize": 32, "embeddingSize": 32 } } ],
          "methods": ["IMP", "MP-AI", "RP-AI"], "sparsities": [50, 90], "seeds": { "first": 0, "count": 5 } }
        """;
}
