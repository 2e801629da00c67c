using Microsoft.CodeAnalysis.CSharp;

namespace PieService.Domain.Tests.Dependencies;

/// <summary>The declarations to which the names in all sources of a project resolve.</summary>
internal sealed class NameUses(CSharpCompilation compilation)
{
    private readonly List<FileNames> files =
    [
        .. from tree in compilation.SyntaxTrees
           where tree.FilePath.StartsWith(SourceProject.Root, StringComparison.Ordinal)
           select new FileNames(compilation.GetSemanticModel(tree)),
    ];

    public IReadOnlyList<Use> Uses => [.. files.SelectMany(file => file.Uses)];

    public IReadOnlyList<string> Unresolved => [.. files.SelectMany(file => file.Unresolved)];
}
