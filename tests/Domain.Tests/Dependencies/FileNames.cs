using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PieService.Domain.Tests.Dependencies;

/// <summary>
/// All uses that the names in a source file resolve to, however they are written: in full, in part, by an alias, by
/// <c>using static</c>, as an extension, or not at all where the compiler infers a type. Comments are not uses.
/// </summary>
internal sealed class FileNames
{
    private readonly List<Use> uses = [];
    private readonly List<string> unresolved = [];
    private readonly SemanticModel model;
    private readonly string path;

    public FileNames(SemanticModel model)
    {
        (this.model, path) = (model, SourceProject.Shown(model.SyntaxTree.FilePath));
        foreach (var node in model.SyntaxTree.GetRoot().DescendantNodes()) Visit(node);
    }

    public IReadOnlyList<Use> Uses => uses;

    /// <summary>Names that could not be resolved, so that their uses would be missed.</summary>
    public IReadOnlyList<string> Unresolved => unresolved;

    private void Visit(SyntaxNode node)
    {
        switch (node)
        {
            case SimpleNameSyntax name:
                AddName(name);
                break;
            case BaseObjectCreationExpressionSyntax or ElementAccessExpressionSyntax or ConstructorInitializerSyntax:
                AddSymbol(node, model.GetSymbolInfo(node).Symbol);
                break;
            case ParameterSyntax { Type: null } parameter:
                AddType(node, (model.GetDeclaredSymbol(parameter) as IParameterSymbol)?.Type);
                break;
            case SingleVariableDesignationSyntax variable:
                AddType(node, (model.GetDeclaredSymbol(variable) as ILocalSymbol)?.Type);
                break;
        }
    }

    private void AddName(SimpleNameSyntax name)
    {
        var info = model.GetSymbolInfo(name);
        var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
        if (symbol is INamespaceSymbol space && IsEndOfDirective(name)) AddNamespace(name, space);
        else if (symbol is not null) AddSymbol(name, symbol);
        else if (!IsNoReference(name)) unresolved.Add($"{path}:{LineOf(name)} {name}");
    }

    private void AddSymbol(SyntaxNode node, ISymbol? symbol)
    {
        switch (symbol)
        {
            case ITypeSymbol type:
                AddType(node, type);
                break;
            case IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol:
                Add(node, symbol.ContainingType, symbol.OriginalDefinition);
                break;
        }
    }

    private void AddType(SyntaxNode node, ITypeSymbol? type)
    {
        switch (type)
        {
            case IArrayTypeSymbol array:
                AddType(node, array.ElementType);
                break;
            case INamedTypeSymbol named:
                Add(node, named, named.OriginalDefinition);
                foreach (var argument in named.TypeArguments) AddType(node, argument);
                break;
        }
    }

    private void Add(SyntaxNode node, INamedTypeSymbol? type, ISymbol declared)
    {
        while (type?.ContainingType is { } outer) type = outer;
        if (type is null) return;
        // A member of a type in several files is in one of them; a member that the compiler adds is in none.
        var files = FilesOf(declared) is { Count: > 0 } own ? own : FilesOf(type.OriginalDefinition);
        if (files.Count > 0 && !files.Contains(path)) uses.Add(new Use(path, LineOf(node), files[0], type.Name));
    }

    private void AddNamespace(SimpleNameSyntax name, INamespaceSymbol space) => uses.AddRange(
        from file in space.GetTypeMembers().SelectMany(FilesOf).DistinctBy(SourceProject.FolderOf)
        select new Use(path, LineOf(name), file, space.ToDisplayString(), IsDirective: true));

    private static List<string> FilesOf(ISymbol symbol) =>
    [
        .. from reference in symbol.DeclaringSyntaxReferences
           where reference.SyntaxTree.FilePath.StartsWith(SourceProject.Root, StringComparison.Ordinal)
           select SourceProject.Shown(reference.SyntaxTree.FilePath),
    ];

    private static bool IsEndOfDirective(SimpleNameSyntax name) =>
        name.Parent is UsingDirectiveSyntax ||
        (name.Parent is QualifiedNameSyntax { Parent: UsingDirectiveSyntax } whole && whole.Right == name);

    /// <summary>The compiler has no symbol for these names, which do not refer to another declaration.</summary>
    private static bool IsNoReference(SimpleNameSyntax name) =>
        name.Identifier.IsMissing
        || name.Identifier.Text is "_" or "nameof" or "var" or "field" or "notnull" or "unmanaged";

    private static int LineOf(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
}
