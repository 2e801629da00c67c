using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PieService.Domain;
using PieService.Domain.Sweeps;

namespace PieService.Api.Pages;

/// <summary>
/// The form of a new sweep as the JSON of the request, and back. The fields have the names of the API: seeds.count,
/// models[0].hyperparameters.epochs.
/// </summary>
public static partial class SweepForm
{
    private const string None = "none";

    private static readonly string[] Texts =
        ["preset", "name", "datasetId", "protocol", "scope", "keepModels", "priority"];

    private static readonly string[] Numbers = ["seeds.first", "seeds.count", "extraDenseSeeds"];

    private static readonly string[] TextsOfModel = ["name", "architecture", "vectors", "checkpoint", "device"];

    private static readonly string[] NumbersOfModel =
        ["epochs", "batchSize", "learningRate", "maxLength", "hiddenSize", "embeddingSize"];

    /// <summary>The values of these hyperparameters are words.</summary>
    private static readonly string[] WordsOfModel = ["padding", "precision"];

    /// <summary>The request of the form.</summary>
    public static JsonObject ToJson(FormEntries form)
    {
        var request = new JsonObject();
        foreach (var name in Texts) request.Put(name, FormJson.Text(form[name]));
        foreach (var name in Numbers) request.Put(name, FormJson.Number(form[name]));
        if (form.Has("computeMatchedDense", "true")) request["computeMatchedDense"] = true;
        request["methods"] = FormJson.List(form.Values.GetValueOrDefault("methods") ?? [], FormJson.Text);
        request["sparsities"] = FormJson.Numbers(form.Joined("sparsities"));
        request["predictSplits"] =
            FormJson.List(form.Values.GetValueOrDefault("predictSplits") ?? [], FormJson.Text);
        if (form["observationEpochs"] is { } epochs)
            request["observationEpochs"] = FormJson.Numbers(epochs == None ? "" : form.Joined("observationEpochs"));
        request["models"] = new JsonArray(
        [
            .. from index in ChosenModels(form)
               select ModelOf(form, $"models[{index}]"),
        ]);
        return request;
    }

    /// <summary>The form with the errors of its request, each at the field that has the value.</summary>
    public static FormEntries WithErrors(FormEntries form, IReadOnlyList<FieldError> errors)
    {
        var chosen = ChosenModels(form);
        return form with
        {
            Errors = [.. errors.Select(error => error with { Field = ModelIndex().Replace(error.Field, InForm) })],
        };

        // A preset has models that are not in the form.
        string InForm(Match model) => IndexOf(model) < chosen.Count ? $"models[{chosen[IndexOf(model)]}]" : model.Value;
    }

    /// <summary>The entries of a form that has this request.</summary>
    public static FormEntries Of(SweepRequest request)
    {
        var entries = new Dictionary<string, IReadOnlyList<string>>();
        Flatten(JsonSerializer.SerializeToNode(request, Json.Options), "", entries);
        if (request.Sparsities is [_, ..] targets) entries["sparsities"] = [.. targets.Select(TargetText)];
        if (request.ObservationEpochs is []) entries["observationEpochs"] = [None];
        entries.TryAdd("predictSplits", [.. request.PredictSplitsOrDefault.Select(Wire.Name)]);
        return new(entries, []);
    }

    /// <summary>A number keeps the zeros with which it was sent, but 50.0 and 50 are one target.</summary>
    /// <param name="percent">With at most 6 decimals.</param>
    private static string TargetText(decimal percent) =>
        percent.ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>The number of models in the form, which numbers them from 0.</summary>
    public static int Models(FormEntries form) => Math.Min(
        SweepRules.MaxModels,
        form.Values.Keys.Select(name => ModelIndex().Match(name)).Where(match => match.Success)
            .Select(match => IndexOf(match) + 1).DefaultIfEmpty(1).Max());

    /// <summary>The models of the form that are in the request, in their order.</summary>
    private static IReadOnlyList<int> ChosenModels(FormEntries form) =>
    [
        .. Enumerable.Range(0, Models(form)).Where(index => form[$"models[{index}].architecture"] is not null),
    ];

    private static int IndexOf(Match model) => int.Parse(model.Groups[1].Value, CultureInfo.InvariantCulture);

    private static JsonObject ModelOf(FormEntries form, string at)
    {
        var (model, hyperparameters) = (new JsonObject(), new JsonObject());
        foreach (var name in TextsOfModel) model.Put(name, FormJson.Text(form[$"{at}.{name}"]));
        foreach (var name in NumbersOfModel)
            hyperparameters.Put(name, FormJson.Number(form[$"{at}.hyperparameters.{name}"]));
        foreach (var name in WordsOfModel)
            hyperparameters.Put(name, FormJson.Text(form[$"{at}.hyperparameters.{name}"]));
        if (hyperparameters.Count > 0) model["hyperparameters"] = hyperparameters;
        return model;
    }

    private static void Flatten(JsonNode? node, string name, Dictionary<string, IReadOnlyList<string>> entries)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (field, value) in fields) Flatten(value, name == "" ? field : $"{name}.{field}", entries);
                break;
            case JsonArray items when items.Any(item => item is JsonObject):
                foreach (var (index, item) in items.Index()) Flatten(item, $"{name}[{index}]", entries);
                break;
            case JsonArray items:
                entries[name] = [.. items.Select(item => $"{item}")];
                break;
            case JsonValue value:
                entries[name] = [$"{value}"];
                break;
        }
    }

    [GeneratedRegex(@"^models\[(\d{1,2})\]")]
    private static partial Regex ModelIndex();
}
