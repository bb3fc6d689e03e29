using System.Numerics;
using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>The first values of a parameter. Drawn in double and rounded, so float and double models start alike.</summary>
public abstract class Initializer
{
    internal static Registry<Initializer> Registry { get; } = new Registry<Initializer>("an initializer", static own => own.GetType().Name)
        .With<GlorotUniform>("glorot_uniform")
        .With<HeNormal>("he_normal")
        .With<HeUniform>("he_uniform")
        .With<Zeros>("zeros").With<Ones>("ones");

    /// <summary>Makes a class of one's own known, so that models that have it are loaded; on any thread, as often as one likes.</summary>
    /// <param name="name">What model files call it; by default the class's name.</param>
    /// <typeparam name="TInitializer">The class.</typeparam>
    /// <exception cref="ArgumentException">Another class has the name.</exception>
    public static void Register<TInitializer>(string? name = null)
        where TInitializer : Initializer, IDescribed<TInitializer> => Registry.Register<TInitializer>(name ?? typeof(TInitializer).Name);

    /// <summary>Fills a parameter.</summary>
    /// <param name="values">Overwritten.</param>
    /// <param name="fanIn">Inputs that one output sums over: kernel pixels · input channels.</param>
    /// <param name="fanOut">Outputs that one input goes to: kernel pixels · filters.</param>
    /// <param name="key">The random sequence; see <see cref="Kernels.CounterRandom"/>.</param>
    /// <typeparam name="T">The number type.</typeparam>
    public abstract void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Fills with numbers from [−limit, limit).</summary>
    private protected static void FillUniform<T>(Span<T> values, double limit, ulong key)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = T.CreateChecked(((2 * Kernels.CounterRandom.Uniform(key, i)) - 1) * limit);
    }
}
