namespace NanoConv.Fuzz;

/// <summary>
/// A reader under test: valid files to start from, ways to spoil them, the reader, and what is promised of it. One
/// worker has one of its own, so that it may keep files or buffers.
/// </summary>
public abstract class FuzzTarget : IDisposable
{
    private IReadOnlyList<byte[]>? seeds;
    private IReadOnlyList<HandMade>? handMade;

    /// <summary>The target's name at the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Exceptions that the reader's documentation promises for a file that is wrong; all others are findings.</summary>
    public abstract IReadOnlyList<Type> Documented { get; }

    /// <summary>How inputs are spoilt; each is taken as often as the others.</summary>
    public abstract IReadOnlyList<Mutator> Mutators { get; }

    /// <summary>Small valid files, made by the program itself.</summary>
    public IReadOnlyList<byte[]> Seeds => seeds ??= [.. MakeSeeds()];

    /// <summary>What a person thought of; tried before all others.</summary>
    public IReadOnlyList<HandMade> HandMade => handMade ??= [.. MakeByHand()];

    /// <summary>
    /// What reading may allocate besides <see cref="AllocationMultiple"/>: exceptions with their stacks, buffers of
    /// streams and of JSON readers, which come in fixed sizes.
    /// </summary>
    public virtual long AllocationConstant => 256 << 10;

    /// <summary>Bytes that reading may allocate for each byte of the input.</summary>
    public virtual long AllocationMultiple => 32;

    /// <summary>Reads an input, on the calling thread alone.</summary>
    /// <param name="input">A file's content.</param>
    /// <returns>What was read.</returns>
    public abstract object? Read(byte[] input);

    /// <summary>Looks whether what was read of an input is sound; outside the bounds on memory.</summary>
    /// <param name="input">The input that was accepted.</param>
    /// <param name="result">What <see cref="Read"/> made of it.</param>
    /// <exception cref="UnsoundResultException">It is not.</exception>
    public virtual void Check(byte[] input, object? result)
    {
    }

    /// <summary>Gives back what the target holds.</summary>
    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    /// <param name="isDisposing">Always true.</param>
    protected virtual void Dispose(bool isDisposing)
    {
    }

    /// <summary>Makes <see cref="Seeds"/>.</summary>
    protected abstract IEnumerable<byte[]> MakeSeeds();

    /// <summary>Makes <see cref="HandMade"/>.</summary>
    protected virtual IEnumerable<HandMade> MakeByHand() => [];

    /// <summary>The content of a file that something writes to a path.</summary>
    protected static byte[] Content(Action<string> write)
    {
        string path = Path.GetTempFileName();
        try
        {
            write(path);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
