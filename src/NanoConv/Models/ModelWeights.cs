using System.Numerics;
using System.Runtime.CompilerServices;
using NanoConv.Tensors;

namespace NanoConv.Models;

/// <summary>A file's tensors as they are taken for a network that is being built; what does not fit is collected.</summary>
/// <typeparam name="T">The number type to compute in.</typeparam>
/// <param name="file">The file.</param>
internal sealed class ModelWeights<T>(SafeTensorsFile file)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<string> mistakes = [];
    private long spare = file.Tensors.Values.Sum(tensor => (long)tensor.Data.Length);

    /// <summary>What is missing or of another shape or type, so far.</summary>
    public IReadOnlyList<string> Mistakes => mistakes;

    /// <summary>
    /// A parameter's values. Where they do not fit, zeros stand in, so that the layers behind are looked at as well, but all
    /// zeros together take no more bytes than the file's tensors have: what a file only claims is not made.
    /// </summary>
    /// <param name="name">The parameter's name.</param>
    /// <param name="shape">Its shape.</param>
    /// <exception cref="InvalidDataException">The zeros would take more; the message lists what has been found until then.</exception>
    public Action<Span<T>> Take(string name, Shape shape)
    {
        if (Model.FindMistake<T>(file, name, shape) is { } mistake)
        {
            mistakes.Add(mistake);
            spare -= (long)shape.Elements * Unsafe.SizeOf<T>();
            if (spare < 0)
                Model.RefuseUnfit([.. mistakes, "what comes behind and what is unexpected was not looked for: the file is too small for this network"]);
            return static values => values.Clear();
        }

        return file.Tensors[name].CopyTo<T>;
    }
}
