namespace PieService.Worker.Text;

/// <summary>A text, or a pair of texts, as a model reads it.</summary>
/// <param name="Tokens">Word numbers; for a BERT word pieces with the special ones.</param>
/// <param name="SecondStart">Tokens from here on are of type 1, all before of type 0; the number of tokens where none is.</param>
public readonly record struct TextInput(ReadOnlyMemory<int> Tokens, int SecondStart)
{
    public TextInput(ReadOnlyMemory<int> tokens) : this(tokens, tokens.Length)
    {
    }
}
