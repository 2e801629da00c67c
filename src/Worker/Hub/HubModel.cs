using System.Text.RegularExpressions;

namespace PieService.Worker.Hub;

/// <summary>The name of a model of the hub, with its owner where it has one: google-bert/bert-base-uncased.</summary>
public sealed partial record HubModel
{
    private HubModel(string name) => Name = name;

    public string Name { get; }

    /// <summary>The folder of the model in PIE_MODELS. Models of two owners can have the same folder.</summary>
    public string Folder => Name[(Name.IndexOf('/') + 1)..];

    /// <summary>The folder while the model is incomplete. No checkpoint has a name that begins with a dot.</summary>
    public string PartialFolder => $".{Name.Replace("/", "--", StringComparison.Ordinal)}.partial";

    /// <returns>Null if <paramref name="name"/> is not a name of a model.</returns>
    public static HubModel? Parse(string name) => Names().IsMatch(name) ? new(name) : null;

    public override string ToString() => Name;

    [GeneratedRegex(@"\A([A-Za-z0-9][A-Za-z0-9._-]*/)?[A-Za-z0-9][A-Za-z0-9._-]*\z")]
    private static partial Regex Names();
}
