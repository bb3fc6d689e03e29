using System.Text;

namespace NanoConv.Fuzz.Mutators;

/// <summary>Spoils JSON so that it stays JSON, mostly: at its tokens, members and values.</summary>
public static class JsonMutators
{
    private static readonly byte[][] Values =
    [
        .. new[]
        {
            "null", "true", "false", "\"\"", "[]", "{}", "[null]", "[[]]", "{\"a\":1}", "\"NaN\"", "\"Infinity\"", "NaN", "nul", "\"\\uD800\"",
            "\"\\u0000\"", "\"a\\u0062\"", "\"\u2028é\"", "\"../../x\"", "// c", "/* c */", ",", ":", "]", "}", "\"",
        }.Select(Encoding.UTF8.GetBytes),
        [(byte)'"', 0xFF, 0xFE, (byte)'"'],
        [(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'],
    ];

    /// <summary>One change to a JSON text; bytes at random if it has no tokens.</summary>
    public static byte[] Any(byte[] json, IReadOnlyList<byte[]> corpus, Random random)
    {
        List<Token> tokens = Tokens(json);
        if (tokens.Count < 2)
            return ByteMutators.Any(json, corpus, random);
        int at = random.Next(tokens.Count);
        return random.Next(12) switch
        {
            0 or 1 or 2 => NumberReplaced(json, tokens, at, random),
            3 => Replaced(json, ValueAt(tokens, at), Values[random.Next(Values.Length)]),
            4 => Replaced(json, tokens[at], Values[random.Next(Values.Length)]),
            5 => Swapped(json, tokens[at], tokens[random.Next(tokens.Count)]),
            6 => MemberRemoved(json, tokens, at),
            7 => MemberTwice(json, tokens, at),
            8 => Nested(json, ValueAt(tokens, at), random),
            9 => StringChanged(json, tokens, at, random),
            10 => Replaced(json, ValueAt(tokens, at), Piece(json, ValueAt(tokens, random.Next(tokens.Count)))),
            _ => ByteMutators.Any(json, corpus, random),
        };
    }

    private static byte[] NumberReplaced(byte[] json, List<Token> tokens, int from, Random random)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            Token token = tokens[(from + i) % tokens.Count];
            if (char.IsAsciiDigit((char)json[token.Start]) || json[token.Start] == (byte)'-')
            {
                bool isBinary = random.Next(3) == 0;
                return Replaced(json, token, isBinary ? Encoding.ASCII.GetBytes($"{ByteMutators.Integer(random)}") : ByteMutators.Number(random));
            }
        }

        return json;
    }

    private static byte[] StringChanged(byte[] json, List<Token> tokens, int from, Random random)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            Token token = tokens[(from + i) % tokens.Count];
            if (json[token.Start] != (byte)'"')
                continue;
            int place = token.Start + 1 + random.Next(Math.Max(1, token.Length - 1));
            byte[] piece = random.Next(4) switch
            {
                0 => Encoding.ASCII.GetBytes(new string('x', random.Next(2000))),
                1 => [(byte)random.Next(256)],
                2 => "\\u00"u8.ToArray(),
                _ => [.. "\\uD8"u8, .. Encoding.ASCII.GetBytes($"{random.Next(256):X2}")],
            };
            return [.. json.AsSpan(0, place), .. piece, .. json.AsSpan(place)];
        }

        return json;
    }

    private static byte[] MemberRemoved(byte[] json, List<Token> tokens, int at)
    {
        if (MemberAt(json, tokens, at) is not { } member)
            return Replaced(json, tokens[at], []);
        int end = member.Start + member.Length;
        if (end < json.Length && json[end] == (byte)',')
            end++;
        return [.. json.AsSpan(0, member.Start), .. json.AsSpan(end)];
    }

    private static byte[] MemberTwice(byte[] json, List<Token> tokens, int at)
    {
        Token member = MemberAt(json, tokens, at) ?? ValueAt(tokens, at);
        return [.. json.AsSpan(0, member.Start), .. Piece(json, member), (byte)',', .. json.AsSpan(member.Start)];
    }

    private static byte[] Nested(byte[] json, Token value, Random random)
    {
        int depth = random.Next(4) == 0 ? 1 + random.Next(2000) : 1 + random.Next(80);
        byte[] open = random.Next(2) == 0 ? "["u8.ToArray() : "{\"a\":"u8.ToArray(), close = open.Length == 1 ? "]"u8.ToArray() : "}"u8.ToArray();
        IEnumerable<byte> before = Enumerable.Repeat(open, depth).SelectMany(bytes => bytes);
        IEnumerable<byte> after = Enumerable.Repeat(close, depth).SelectMany(bytes => bytes);
        return Replaced(json, value, [.. before, .. Piece(json, value), .. after]);
    }

    private static byte[] Swapped(byte[] json, Token one, Token other)
    {
        (Token first, Token second) = one.Start < other.Start ? (one, other) : (other, one);
        int between = first.Start + first.Length;
        return first == second
            ? json
            : [.. json.AsSpan(0, first.Start), .. Piece(json, second), .. json.AsSpan(between, second.Start - between), .. Piece(json, first),
                .. json.AsSpan(second.Start + second.Length)];
    }

    private static byte[] Replaced(byte[] json, Token token, byte[] by) =>
        [.. json.AsSpan(0, token.Start), .. by, .. json.AsSpan(token.Start + token.Length)];

    private static byte[] Piece(byte[] json, Token token) => json[token.Start..(token.Start + token.Length)];

    /// <summary>A name, its colon and its value, where a token is a name.</summary>
    private static Token? MemberAt(byte[] json, List<Token> tokens, int at)
    {
        for (; at + 2 < tokens.Count; at++)
        {
            if (json[tokens[at].Start] == (byte)'"' && json[tokens[at + 1].Start] == (byte)':')
            {
                Token value = ValueAt(tokens, at + 2);
                return new Token(tokens[at].Start, value.Start + value.Length - tokens[at].Start, 0);
            }
        }

        return null;
    }

    /// <summary>The whole array or object where a token opens one.</summary>
    private static Token ValueAt(List<Token> tokens, int at)
    {
        int depth = 0;
        for (int end = at; end < tokens.Count; end++)
        {
            depth += tokens[end].Depth;
            if (depth <= 0)
                return new Token(tokens[at].Start, tokens[end].Start + tokens[end].Length - tokens[at].Start, 0);
        }

        return tokens[at];
    }

    private static List<Token> Tokens(byte[] json)
    {
        List<Token> tokens = [];
        for (int i = 0; i < json.Length;)
        {
            int start = i;
            char next = (char)json[i++];
            if (char.IsWhiteSpace(next))
                continue;
            if (next == '"')
            {
                while (i < json.Length && json[i] != (byte)'"')
                    i += json[i] == (byte)'\\' ? 2 : 1;
                i = Math.Min(json.Length, i + 1);
            }
            else if (!IsMark(next))
            {
                while (i < json.Length && !IsMark((char)json[i]) && !char.IsWhiteSpace((char)json[i]) && json[i] != (byte)'"')
                    i++;
            }

            tokens.Add(new Token(start, i - start, next is '[' or '{' ? 1 : next is ']' or '}' ? -1 : 0));
        }

        return tokens;
    }

    private static bool IsMark(char c) => c is '[' or ']' or '{' or '}' or ',' or ':';

    /// <summary>A piece of text; <paramref name="Depth"/> is 1 where it opens an array or object, −1 where it closes one.</summary>
    private readonly record struct Token(int Start, int Length, int Depth);
}
