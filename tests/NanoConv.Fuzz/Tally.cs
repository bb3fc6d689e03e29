namespace NanoConv.Fuzz;

/// <summary>Counts what came of inputs. A fuzzer that never comes past the first check proves nothing: here one sees how far it comes.</summary>
internal sealed class Tally
{
    private const int LongestKind = 160;

    private readonly Dictionary<string, long> rejected = [];

    /// <summary>Inputs tried.</summary>
    public long Inputs { get; private set; }

    /// <summary>Inputs that the reader accepted.</summary>
    public long Accepted { get; private set; }

    /// <summary>Inputs rejected, by what the message says but for its numbers and names.</summary>
    public IReadOnlyDictionary<string, long> Rejected => rejected;

    /// <summary>The most that one input had allocated, and that input's length, in bytes.</summary>
    public (long Allocated, int Length) Most { get; private set; }

    /// <summary>Counts one.</summary>
    public void Add(Exception? thrown, long allocated, int length)
    {
        Inputs++;
        if (thrown is null)
            Accepted++;
        else
            Count(thrown);
        if (allocated > Most.Allocated)
            Most = (allocated, length);
    }

    /// <summary>Starts afresh.</summary>
    public void Clear()
    {
        (Inputs, Accepted, Most) = (0, 0, default);
        rejected.Clear();
    }

    /// <summary>Adds another tally's counts.</summary>
    public void Add(Tally other)
    {
        Inputs += other.Inputs;
        Accepted += other.Accepted;
        foreach ((string kind, long count) in other.Rejected.ToArray())
            rejected[kind] = rejected.GetValueOrDefault(kind) + count;
        if (other.Most.Allocated > Most.Allocated)
            Most = other.Most;
    }

    /// <summary>An exception's type and message.</summary>
    public static string OneLine(Exception exception) => $"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}";

    /// <summary>A message without what differs from input to input: its numbers become #, what it quotes ….</summary>
    public static string Kind(string message)
    {
        Span<char> kind = stackalloc char[LongestKind];
        return new string(kind[..Generalise(message, kind)]);
    }

    private void Count(Exception thrown)
    {
        Span<char> kind = stackalloc char[LongestKind];
        kind = kind[..Generalise(thrown.Message, kind)];
        Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> lookup = rejected.GetAlternateLookup<ReadOnlySpan<char>>();
        lookup[kind] = lookup.TryGetValue(kind, out long count) ? count + 1 : 1;
    }

    private static int Generalise(string message, Span<char> kind)
    {
        int length = 0;
        for (int i = 0; i < message.Length && length < kind.Length; i++)
        {
            char next = message[i];
            int end;
            if (next == '\'' && (end = message.IndexOf('\'', i + 1)) > 0)
                (next, i) = ('…', end);
            else if (char.IsAsciiDigit(next) || (next == '-' && i + 1 < message.Length && char.IsAsciiDigit(message[i + 1])))
            {
                while (i + 1 < message.Length && (char.IsAsciiDigit(message[i + 1]) || message[i + 1] is '.' or ','))
                    i++;
                next = '#';
            }

            kind[length++] = char.IsControl(next) ? ' ' : next;
        }

        return length;
    }
}
