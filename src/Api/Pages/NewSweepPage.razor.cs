using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Idempotency;
using PieService.Api.Sweeps;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Pages;

/// <summary>
/// The form of a new sweep. Its plan is shown on the same page; what it submits is submitted by the operation of the
/// API.
/// </summary>
public partial class NewSweepPage : HtmlPage<NewSweepPage.Content>
{
    /// <summary>The button that adds a model to the form.</summary>
    private const string AddModel = "addModel";

    private const int DatasetsShown = 500;

    private static readonly JsonSerializerOptions Indented = new(Json.Options) { WriteIndented = true };

    /// <param name="Plan">What the sweep would cost; null if it was not asked for, or if the form has errors.</param>
    /// <param name="Files">The word vectors and checkpoints of the live workers.</param>
    public sealed record Content(
        FormEntries Entries, PlanResponse? Plan, IReadOnlyList<(Guid Id, string Name)> Datasets,
        IReadOnlyList<ModelFile> Files)
    {
        public int Models { get; init; } = SweepForm.Models(Entries);
    }

    /// <summary>An empty form, a preset, or the request of another sweep.</summary>
    public static async Task<IResult> ShowAsync(
        Query<NewSweepQuery> query, PieDbContext db, CancellationToken cancellation)
    {
        var (datasetId, preset, from) = (query.Value.DatasetId, query.Value.Preset, query.Value.From);
        if (datasetId is { } chosen && !await db.Datasets.AnyAsync(dataset => dataset.Id == chosen, cancellation))
            return Problems.NotFound("dataset", chosen);
        var request = First(datasetId);
        if (from is { } id)
        {
            var copied = await db.Sweeps.Where(sweep => sweep.Id == id).Select(sweep => new { sweep.Request })
                .SingleOrDefaultAsync(cancellation);
            if (copied is null) return Problems.NotFound("sweep", id);
            if (copied.Request is null)
                return Problems.Conflict("The predictions of this sweep were imported, so it has no request to copy.");
            request = copied.Request with { DatasetId = datasetId ?? copied.Request.DatasetId };
        }
        else if (preset is { } name)
        {
            var sent = new JsonObject { ["preset"] = Wire.Name(name) };
            StudyGrid.FillIn(sent, name);
            request = sent.Deserialize<SweepRequest>(Json.Options)! with { DatasetId = datasetId };
        }
        return await FormAsync(SweepForm.Of(request), null, db, cancellation);
    }

    /// <summary>Shows the plan of the form, or its errors.</summary>
    public static async Task<IResult> PlanAsync(
        HttpRequest request, PieDbContext db, CancellationToken cancellation)
    {
        var form = await PageForm.ReadAsync(request, cancellation);
        if (form[AddModel] is not null) return await FormAsync(form, null, db, cancellation, oneMore: true);
        try
        {
            var plan = await SweepEndpoints.Plan(BodyOf(form), new(new()), db, cancellation);
            return await FormAsync(form, plan.Value, db, cancellation);
        }
        catch (InvalidRequestException invalid)
        {
            return await FormAsync(SweepForm.WithErrors(form, invalid.Errors), null, db, cancellation);
        }
    }

    /// <summary>Submits the sweep of the form, and leads to its page.</summary>
    public static async Task<IResult> SubmitAsync(
        HttpContext http, PieDbContext db, SweepStore store, IdempotencyKey key, ILogger<SweepStore> logger,
        CancellationToken cancellation)
    {
        var form = await PageForm.ReadAsync(http.Request, cancellation);
        var body = BodyOf(form);
        IdempotencyKey.SetOfForm(http.Request, form[PageForm.KeyField], body.Bytes.Span);
        try
        {
            return PageAnswer.Of(
                await SweepEndpoints.Submit(body, new(new()), db, store, key, http, logger, cancellation));
        }
        catch (InvalidRequestException invalid)
        {
            return await FormAsync(SweepForm.WithErrors(form, invalid.Errors), null, db, cancellation);
        }
    }

    private static async Task<IResult> FormAsync(
        FormEntries form, PlanResponse? plan, PieDbContext db, CancellationToken cancellation, bool oneMore = false)
    {
        var datasets = await db.Datasets.OrderByDescending(dataset => dataset.Id).Take(DatasetsShown)
            .Select(dataset => new { dataset.Id, dataset.Name }).ToListAsync(cancellation);
        var workers = await db.LiveWorkers.ToListAsync(cancellation);
        var content = new Content(
            form, plan, [.. datasets.Select(dataset => (dataset.Id, dataset.Name))],
            [.. workers.SelectMany(worker => worker.Models).Where(file => file.Error is null)]);
        var page = Render<NewSweepPage>(
            oneMore ? content with { Models = Math.Min(content.Models + 1, SweepRules.MaxModels) } : content);
        page.StatusCode = form.Errors.Count > 0 ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
        return page;
    }

    private static Body<SweepRequest> BodyOf(FormEntries form) =>
        Body<SweepRequest>.Of(JsonSerializer.SerializeToUtf8Bytes(SweepForm.ToJson(form)));

    /// <summary>A first study: enough seeds for a majority and a noise floor.</summary>
    private static SweepRequest First(Guid? datasetId) => new()
    {
        DatasetId = datasetId,
        Name = "",
        Models = [new ModelRequest { Architecture = Architecture.BiLstm }],
        Methods = [Method.Imp, Method.MpAi],
        Sparsities = [50, 90],
        Seeds = new(Count: 5),
    };

    private FormEntries Entries => Model.Entries;

    private string Request => SweepForm.ToJson(Entries).ToJsonString(Indented);

    private IEnumerable<(string, string)> Datasets =>
        Model.Datasets.Select(dataset => ($"{dataset.Id}", dataset.Name)).Prepend(("", "choose one"));

    private IEnumerable<string> Names(ModelKind kind) =>
        Model.Files.Where(file => file.Kind == kind).SelectMany(file => file.Names()).Distinct().Order();

    private static IEnumerable<(string, string)> Options<T>() where T : struct, Enum =>
        Wire.All<T>().Select(name => (name, name));

    /// <summary>Without a value the device is any.</summary>
    private static IEnumerable<(string, string)> Devices =>
        Wire.All<DeviceWish>().Select(name => name == Wire.Name(DeviceWish.Any) ? ("", name) : (name, name));

    private static IEnumerable<IGrouping<PruningScore, Method>> Families =>
        from method in Enum.GetValues<Method>()
        let rule = PruningRule.Of(method)
        where rule is not null
        group method by rule.Score;

    private static string Duration(double seconds) => seconds switch
    {
        < 90 => $"{Shown.Count((long)Math.Ceiling(seconds))} s",
        < 5400 => $"{Shown.Count((long)Math.Ceiling(seconds / 60))} min",
        _ => $"{Shown.Count((long)Math.Ceiling(seconds / 3600))} h",
    };

    private static IReadOnlyList<Split> OtherSplits => [Split.Train, Split.Validation];
}

/// <summary>What a form of a new sweep begins with.</summary>
public sealed record NewSweepQuery
{
    public Guid? DatasetId { get; init; }

    /// <summary>The preset that supplies the values.</summary>
    public Preset? Preset { get; init; }

    /// <summary>The sweep whose request is copied.</summary>
    public Guid? From { get; init; }
}
