using System.Text.Json.Nodes;
using PieService.Domain.Foreign.Guess;
using PieService.Import;

// ./pie import: sends the predictions of other programs to the service, waits, and shows which answers changed. The
// first argument is the address of the service.

const int Usage = 2;

if (ImportArguments.AddressOf(args[0]) is not { } service)
{
    Fail(ImportArguments.NotAnAddress(args[0]));
    return Usage;
}
var command = ImportArguments.Command(service, RunAsync);
var parsed = command.Parse([ImportArguments.CommandName, .. args[1..]]);
foreach (var error in parsed.Errors) Fail(error.Message);
return parsed.Errors.Count == 0 ? await parsed.InvokeAsync() : Usage;

static async Task<int> RunAsync(ImportArguments arguments)
{
    try
    {
        return await ImportAllAsync(arguments);
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
}

static async Task<int> ImportAllAsync(ImportArguments arguments)
{
    var imports = DefinedImport.Of(arguments);
    foreach (var line in imports.SelectMany(Texts.Plan)) Console.WriteLine(line);
    using var service = new Service(arguments.Service, arguments.Key);
    var refused = 0;
    foreach (var import in imports)
    {
        Console.WriteLine($"\n{import.Definition.Name}");
        try
        {
            await ImportAsync(service, import, arguments.IsDryRun);
        }
        catch (ImportException failure) when (imports.Count > 1)
        {
            // The other tasks do not depend on this one.
            refused++;
            Fail($"{import.Definition.Name}: {failure.Message}");
        }
    }
    return refused == 0 ? 0 : Fail($"{refused} of {imports.Count} imports were not made; send their files again.");
}

static async Task ImportAsync(Service service, GuessedImport import, bool isDryRun)
{
    var sent = await service.SendAsync(import, isDryRun);
    if (isDryRun)
    {
        Console.WriteLine(Texts.Read(sent["read"]));
        return;
    }
    var ended = await service.EndedAsync(sent, import);
    Console.WriteLine(Texts.Read(ended["read"]));
    await ShowAsync(service, $"{ended["sweepId"]}");
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
    Console.WriteLine($"  page  {service.Address}ui/sweeps/{sweep}");
    foreach (var (comparison, analysis) in rows)
        Console.WriteLine(
            $"  {comparison["cohort"]}: {Texts.Listed(comparison, analysis)}  "
            + $"{service.Address}api/v1/comparisons/{comparison["id"]}/pies");
}

static int Fail(string message)
{
    Console.Error.WriteLine($"pie: import: {message}");
    return 1;
}
