namespace PieService.Domain;

/// <summary>What JSON a type with a converter of its own accepts, for error messages.</summary>
/// <param name="expectation">Such as "must be a string or a list of strings".</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class JsonShapeAttribute(string expectation) : Attribute
{
    public string Expectation { get; } = expectation;
}
