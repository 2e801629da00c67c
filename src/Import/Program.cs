using System.Text.Json.Nodes;
using PieService.Import;

// ./pie import: sends the predictions of other programs to the service, waits, and shows which answers changed. The
// first argument is the address of the service.

try
{
    var arguments = ImportArguments.Parse(args[0], args[1..]);
    var imports = DefinedImport.Of(arguments);
    foreach (var line in imports.SelectMany(Texts.Plan)) Console.WriteLine(line);
    using var service = new Service(arguments.Service, arguments.Key);
    foreach (var import in imports)
    {
        var sent = await service.SendAsync(import, arguments.IsDryRun);
        Console.WriteLine($"\n{import.Definition.Name}");
        if (arguments.IsDryRun)
        {
            Console.WriteLine(Texts.Read(sent["read"] ?? sent));
            continue;
        }
        var ended = await service.EndedAsync(sent, import);
        Console.WriteLine(Texts.Read(ended["read"]));
        await ShowAsync(service, $"{ended["sweepId"]}");
    }
    return 0;
}
catch (ImportException known)
{
    return Fail(known.Message);
}
catch (HttpRequestException unreachable)
{
    return Fail($"The service does not answer ({unreachable.Message}). Start it with ./pie up, or name another one "
        + "with --url.");
}

static async Task ShowAsync(Service service, string sweep)
{
    var labelled = await service.LabelledAsync(sweep);
    if ((string?)labelled["state"] != "succeeded")
        throw new ImportException(
            $"The sweep {sweep} is {labelled["state"]}. {labelled["labellingError"]}".TrimEnd());
    var rows = new List<(JsonNode, JsonNode?)>();
    foreach (var comparison in (await service.GetAsync($"api/v1/sweeps/{sweep}/comparisons?pageSize=1000"))["items"]!
        .AsArray())
        rows.Add((comparison!, await service.GetAsync($"api/v1/comparisons/{comparison!["id"]}/analysis")));
    foreach (var line in Texts.Table(rows)) Console.WriteLine(line);
    Console.WriteLine($"  sweep  {service.Address}api/v1/sweeps/{sweep}");
    foreach (var (comparison, _) in rows)
        Console.WriteLine(
            $"  {comparison["cohort"]}: changed answers  {service.Address}api/v1/comparisons/{comparison["id"]}/pies");
}

static int Fail(string message)
{
    Console.Error.WriteLine($"pie: import: {message}");
    return 1;
}
