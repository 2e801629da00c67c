namespace PieService.Worker.Text;

/// <summary>A text, or a pair of texts, in the form that a model reads.</summary>
/// <param name="Tokens">Word numbers; for a BERT the numbers of word pieces, including special ones.</param>
/// <param name="SecondStart">Tokens from this one on are of type 1, those before it of type 0; the number of tokens if
/// no token is of type 1.</param>
public readonly record struct TextInput(ReadOnlyMemory<int> Tokens, int SecondStart)
{
    public TextInput(ReadOnlyMemory<int> tokens) : this(tokens, tokens.Length)
    {
    }
}
