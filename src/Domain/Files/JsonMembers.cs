using System.Text;

namespace PieService.Domain.Files;

/// <summary>How a member of a JSON object is read.</summary>
internal enum JsonMemberReading
{
    /// <summary>It is not needed, however long it is.</summary>
    Skip,

    /// <summary>The value as one text.</summary>
    Whole,

    /// <summary>The elements of a list, one after the other.</summary>
    Elements,
}

/// <summary>A member of a JSON object, or an element of one that is a list.</summary>
internal readonly record struct JsonMember(string Name, JsonText Value);

/// <summary>
/// A file that is one JSON object. Its members are found by their brackets and strings, one after the other, so that no
/// more than one value is in memory; whether a value is valid JSON is not checked here.
/// </summary>
internal static class JsonMembers
{
    /// <param name="reading">How the member with this name is read.</param>
    /// <exception cref="UnreadableFileException">The file is not an object, or has no end.</exception>
    public static IEnumerable<JsonMember> Read(
        SourceText source, SourceFile file, Func<string, JsonMemberReading> reading)
    {
        var cursor = new JsonCursor(source, file);
        var number = 0L;
        cursor.Expect('{');
        while (cursor.Visible() != '}')
        {
            var name = cursor.Value(isKept: true).Trim('"');
            cursor.Expect(':');
            var how = reading(name);
            if (how == JsonMemberReading.Elements && cursor.Visible() == '[')
            {
                cursor.Expect('[');
                while (cursor.Visible() != ']')
                {
                    cursor.BeginRecord(++number);
                    var begin = cursor.Line;
                    yield return new(name, new JsonText(number, begin, cursor.Value(isKept: true)));
                    if (cursor.Visible() != ']') cursor.Expect(',');
                }
                cursor.Expect(']');
            }
            else
            {
                cursor.BeginRecord(number + 1);
                cursor.Visible();
                var begin = cursor.Line;
                var value = cursor.Value(how == JsonMemberReading.Whole);
                if (how == JsonMemberReading.Whole) yield return new(name, new JsonText(++number, begin, value));
            }
            if (cursor.Visible() != '}') cursor.Expect(',');
        }
        cursor.Expect('}');
        cursor.ExpectEnd();
    }

    /// <summary>The characters of the file, with the rules of JSON for where a value ends.</summary>
    private sealed class JsonCursor(SourceText source, SourceFile file)
    {
        /// <summary>The characters of a skipped value after which the limit of a record starts again.</summary>
        private const int Stretch = 1024 * 1024;

        private readonly char[] block = new char[SourceText.ReadAhead];
        private int position, count;
        private long record = 1;

        /// <summary>The 1-based line of the next character.</summary>
        public long Line { get; private set; } = 1;

        public void BeginRecord(long number) => source.BeginRecord(record = number);

        /// <summary>The next character that is not white space, which stays the next one.</summary>
        public char Visible()
        {
            while (char.IsWhiteSpace(Peek())) Take();
            return Peek();
        }

        public void Expect(char character)
        {
            if (Visible() != character)
                throw Error($"is not valid JSON: '{character}' is expected here, and there is '{Peek()}'");
            Take();
        }

        public void ExpectEnd()
        {
            while (Fill())
                if (!char.IsWhiteSpace(Take())) throw Error("continues behind the JSON object");
        }

        /// <summary>The text of the next value, up to the comma, colon or bracket behind it.</summary>
        /// <param name="isKept">Whether the text is needed; else the result is empty.</param>
        public string Value(bool isKept)
        {
            Visible();
            var (text, depth, isInString, isEscaped, length) = (new StringBuilder(), 0, false, false, 0);
            while (true)
            {
                var next = Peek();
                if (!isInString && depth == 0 && (next is ',' or ':' or ']' or '}' || char.IsWhiteSpace(next))) break;
                if (isInString)
                {
                    isInString = isEscaped || next != '"';
                    isEscaped = !isEscaped && next == '\\';
                }
                else if (next == '"') isInString = true;
                else if (next is '[' or '{') depth++;
                else if (next is ']' or '}') depth--;
                Take();
                if (isKept) text.Append(next);
                else if (++length % Stretch == 0) source.BeginRecord(record);
                if (!isInString && depth == 0 && (next is '"' or ']' or '}')) break;
            }
            return text.ToString();
        }

        private char Peek() =>
            Fill() ? block[position] : throw Error("the JSON ends too early; is the upload complete?");

        private char Take()
        {
            var next = block[position++];
            if (next == source.LineEnd) Line++;
            return next;
        }

        private bool Fill()
        {
            if (position < count) return true;
            (position, count) = (0, source.Read(block));
            return count > 0;
        }

        private UnreadableFileException Error(string message) => new(file.Name, Line, null, message);
    }
}
