using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Kernels;
using NanoConv.Tensors;

namespace NanoConv.Initializers;

/// <summary>The first values of a parameter. Drawn in double and rounded, so float and double models start alike.</summary>
public abstract class Initializer
{
    /// <summary>The standard deviation of a unit normal that is cut off at ±2: what Keras divides by where a cut normal is to have another one.</summary>
    private protected const double CutDeviation = 0.87962566103423978;

    internal static Registry<Initializer> Registry { get; } = new Registry<Initializer>("an initializer", static own => own.GetType().Name)
        .With<GlorotUniform>("glorot_uniform").With<GlorotNormal>("glorot_normal")
        .With<HeNormal>("he_normal")
        .With<HeUniform>("he_uniform")
        .With<LecunUniform>("lecun_uniform").With<LecunNormal>("lecun_normal")
        .With<VarianceScaling>("variance_scaling")
        .With<RandomUniform>("random_uniform").With<RandomUniform>("uniform")
        .With<RandomNormal>("random_normal").With<RandomNormal>("normal")
        .With<TruncatedNormal>("truncated_normal")
        .With<Orthogonal>("orthogonal")
        .With<Identity>("identity")
        .With<Dirac>("dirac")
        .With<Constant>("constant")
        .With<Zeros>("zeros").With<Ones>("ones").With<Zeros>("zero").With<Ones>("one");

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

    /// <summary>Fills a parameter whose shape is known: what layers call. By default the shape does not matter.</summary>
    /// <param name="values">Overwritten.</param>
    /// <param name="shape">The parameter's shape: as many elements, row-major.</param>
    /// <param name="fanIn">Inputs that one output sums over.</param>
    /// <param name="fanOut">Outputs that one input goes to.</param>
    /// <param name="key">The random sequence.</param>
    /// <typeparam name="T">The number type.</typeparam>
    /// <exception cref="ArgumentException">It fills no parameter of such a shape.</exception>
    public virtual void Fill<T>(Span<T> values, Shape shape, int fanIn, int fanOut, ulong key)
        where T : unmanaged, IFloatingPointIeee754<T> => Fill(values, fanIn, fanOut, key);

    /// <summary>Fills with numbers from [−limit, limit).</summary>
    private protected static void FillUniform<T>(Span<T> values, double limit, ulong key)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = T.CreateChecked(((2 * CounterRandom.Uniform(key, i)) - 1) * limit);
    }

    /// <summary>Fills with normal numbers.</summary>
    private protected static void FillNormal<T>(Span<T> values, double mean, double deviation, ulong key)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = T.CreateChecked((Normal(key, 2L * i) * deviation) + mean);
    }

    /// <summary>Fills with normal numbers, those beyond two deviations drawn again.</summary>
    private protected static void FillTruncatedNormal<T>(Span<T> values, double mean, double deviation, ulong key)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long draw = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double normal;
            do
            {
                normal = Normal(key, draw);
                draw += 2;
            }
            while (Math.Abs(normal) > 2);
            values[i] = T.CreateChecked((normal * deviation) + mean);
        }
    }

    /// <summary>The error of one that cannot do without a shape.</summary>
    private protected ArgumentException NeedsShape() => new($"{GetType().Name}: expected the shape of the parameter, received its elements alone");

    /// <summary>A setting that is finite.</summary>
    private protected double CheckFinite(double value, string name) => double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{GetType().Name}: expected a finite number");

    /// <summary>A standard deviation.</summary>
    private protected double CheckDeviation(double value, string name) => value >= 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{GetType().Name}: expected a finite standard deviation of at least 0");

    // A unit normal of two draws, by Box and Muller (1958); 1 − u is in (0, 1], where the logarithm is finite.
    private static double Normal(ulong key, long draw) =>
        Math.Sqrt(-2 * Math.Log(1 - CounterRandom.Uniform(key, draw))) * Math.Cos(2 * Math.PI * CounterRandom.Uniform(key, draw + 1));
}
