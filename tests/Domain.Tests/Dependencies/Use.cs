namespace PieService.Domain.Tests.Dependencies;

/// <summary>A source file uses a type, or a member of a type, that another one declares.</summary>
/// <param name="From">Path of the file in src, such as <c>Domain/Runs/Run.cs</c>.</param>
/// <param name="Line">1-based.</param>
/// <param name="To">The file that declares it.</param>
/// <param name="Name">Of the type or namespace.</param>
/// <param name="IsDirective">A using of a namespace, which names a folder but no file of it.</param>
internal sealed record Use(string From, int Line, string To, string Name, bool IsDirective = false)
{
    public string FromFolder => SourceProject.FolderOf(From);

    public string ToFolder => SourceProject.FolderOf(To);

    public override string ToString() => $"{From}:{Line} uses {Name} of {ToFolder}";
}
