namespace PieService.Domain.Tests.Dependencies;

/// <summary>A source file uses a type, or a member of a type, that another one declares.</summary>
/// <param name="From">The path of the file in src, such as <c>Domain/Runs/Run.cs</c>.</param>
/// <param name="Line">The number of the line, from 1.</param>
/// <param name="To">The file that declares it.</param>
/// <param name="Name">The name of the type or namespace.</param>
/// <param name="IsDirective">A using of a namespace, which names a folder but not a file.</param>
internal sealed record Use(string From, int Line, string To, string Name, bool IsDirective = false)
{
    public string FromFolder => SourceProject.FolderOf(From);

    public string ToFolder => SourceProject.FolderOf(To);

    public override string ToString() => $"{From}:{Line} uses {Name} of {ToFolder}";
}
