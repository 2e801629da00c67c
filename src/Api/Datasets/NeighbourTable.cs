using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Datasets.Texts;
using PieService.Domain.Storage;

namespace PieService.Api.Datasets;

/// <summary>Lists the examples of the same split and with the same gold labels that are most similar to an
/// example.</summary>
/// <remarks>
/// by=length: the nearest numbers of tokens of the BiLSTM tokenizer, of pairs in both texts together; by=text: the
/// largest cosine of TF-IDF of these tokens, with the texts of the split as documents. Of equally near examples the
/// first of the source comes first. Each page searches all texts of the split again, so request one page or a file.
/// by=length is fast once a comparison on the split is labelled, since its texts are then measured.
/// </remarks>
public sealed class NeighbourTable()
    : Table<NeighbourFilter, NeighbourTable.Scope, NeighbourResponse>("example", "neighbours")
{
    public override async Task<Scope?> FindAsync(
        PieDbContext db, Guid id, NeighbourFilter filter, CancellationToken cancellation)
    {
        var found = await (from example in db.Examples
                           join dataset in db.Datasets on example.DatasetId equals dataset.Id
                           where example.Id == id
                           select new { Example = example, Dataset = dataset })
            .AsNoTracking().SingleOrDefaultAsync(cancellation);
        if (found is null) return null;
        var texts = db.Examples.Where(
            other => other.DatasetId == found.Dataset.Id && other.Split == found.Example.Split);
        var others = texts.Where(
            other => other.Labels == found.Example.Labels && other.Position != found.Example.Position);
        var nearest = filter.By switch
        {
            NeighbourOrder.Length => await NearestByLengthAsync(db, found.Example, others, filter.K, cancellation),
            NeighbourOrder.Text => Neighbours.ByText(
                await NeighboursAsync(others, await SimilarityAsync(texts, found.Example, cancellation), cancellation),
                filter.K),
        };
        int[] positions = [.. nearest.Select(neighbour => neighbour.Position)];
        var examples = await texts.Where(other => positions.Contains(other.Position)).AsNoTracking()
            .ToDictionaryAsync(other => other.Position, cancellation);
        return new(
            id, found.Dataset,
            [
                .. nearest.Select(neighbour => NeighbourResponse.Of(
                    neighbour, examples[neighbour.Position], found.Dataset.Labels)),
            ]);
    }

    public override Rows<NeighbourResponse> Rows(PieDbContext db, Scope scope, NeighbourFilter filter) =>
        new ListRows<NeighbourResponse>(scope.Neighbours)
        {
            LengthOf = item => item.Text.Length + (item.SecondText?.Length ?? 0),
        };

    public override Columns<NeighbourResponse> Columns(Scope scope) => new Columns<NeighbourResponse>()
        .Id("id", row => row.Id)
        .Name("split", row => row.Split)
        .Whole("position", row => row.Position)
        .Text("sourceId", row => row.SourceId)
        .Text("text", row => row.Text)
        .Text("secondText", row => row.SecondText)
        .Gold(scope.Of.Task, row => row.Labels)
        .Whole("tokens", row => row.Tokens)
        .Real("similarity", row => row.Similarity);

    public override Provenance Provenance(Scope scope) => new(("example", scope.Id), ("dataset", scope.Of.Id));

    /// <summary>Counts the tokens only if the texts of the split are not measured.</summary>
    private static async Task<IReadOnlyList<Neighbour>> NearestByLengthAsync(
        PieDbContext db, Example example, IQueryable<Example> others, int k, CancellationToken cancellation)
    {
        var tokens = await TextMeasurement.ValuesAsync(
            db, example.DatasetId, example.Split, PairPart.Joined, TextMeasure.Tokens, cancellation);
        if (tokens.Count == 0)
            return Neighbours.ByLength(
                await NeighboursAsync(others, null, cancellation), TokensOf(example).Count, k);
        var positions = await others.Select(other => other.Position).ToListAsync(cancellation);
        return Neighbours.ByLength(
            positions.Select(position => new Neighbour(position, (int)tokens[position], null)),
            (int)tokens[example.Position], k);
    }

    /// <param name="similarity">Of the tokens of another example; null if it is not needed.</param>
    private static async Task<List<Neighbour>> NeighboursAsync(
        IQueryable<Example> others, Func<List<string>, double>? similarity, CancellationToken cancellation)
    {
        var neighbours = new List<Neighbour>();
        await foreach (var other in others.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellation))
        {
            var tokens = TokensOf(other);
            neighbours.Add(new(other.Position, tokens.Count, similarity?.Invoke(tokens)));
        }
        return neighbours;
    }

    private static async Task<Func<List<string>, double>> SimilarityAsync(
        IQueryable<Example> texts, Example example, CancellationToken cancellation)
    {
        var tally = new TermWeights.Tally();
        await foreach (var text in texts.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellation))
            tally.Add(TokensOf(text));
        var weights = tally.Weights();
        var own = weights.Of(TokensOf(example));
        return tokens => TermWeights.Cosine(own, weights.Of(tokens));
    }

    private static List<string> TokensOf(Example example)
    {
        var tokens = BasicEnglish.Tokenise(example.Text);
        if (example.SecondText is { } second) tokens.AddRange(BasicEnglish.Tokenise(second));
        return tokens;
    }

    public sealed record Scope(Guid Id, Dataset Of, IReadOnlyList<NeighbourResponse> Neighbours);
}

public enum NeighbourOrder
{
    [JsonStringEnumMemberName("length")] Length,
    [JsonStringEnumMemberName("text")] Text,
}

public sealed record NeighbourFilter : TableQuery
{
    private const int MostNeighbours = 1000;

    /// <summary>
    /// The kind of similarity. length: the nearest number of tokens; text: the most similar tokens.
    /// </summary>
    public NeighbourOrder By { get; init; }

    /// <summary>The number of neighbours, 1 to 1000. There are fewer if the split has fewer such examples.</summary>
    public int K { get; init; } = 10;

    public override IEnumerable<FieldError> Broken()
    {
        foreach (var error in base.Broken()) yield return error;
        if (K is < 1 or > MostNeighbours) yield return new("k", $"must be from 1 to {MostNeighbours}");
    }
}

/// <param name="Tokens">The number of tokens of the text, of a pair of both texts.</param>
/// <param name="Similarity">The cosine of TF-IDF, in [0, 1]; null for by=length.</param>
public sealed record NeighbourResponse(
    Guid Id, Split Split, int Position, string SourceId, string Text, string? SecondText,
    IReadOnlyList<string> Labels, int Tokens, double? Similarity)
{
    public static NeighbourResponse Of(Neighbour neighbour, Example example, IReadOnlyList<string> labels) => new(
        example.Id, example.Split, example.Position, example.SourceId, example.Text, example.SecondText,
        [.. example.Labels.Select(index => labels[index])], neighbour.Tokens, neighbour.Similarity);
}
