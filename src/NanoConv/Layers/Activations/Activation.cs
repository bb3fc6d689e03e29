using System.Numerics;
using NanoConv.Descriptions;

namespace NanoConv.Layers.Activations;

/// <summary>
/// The function applied to a layer's output: forward beside its gradient, on spans. Immutable; one of one's own is a subclass, and is
/// saved, loaded and listed like the library's once it is <see cref="IDescribed{TSelf}"/> and registered.
/// </summary>
public abstract class Activation
{
    /// <summary>f(x) = x.</summary>
    public static Activation Linear { get; } = new Linear();

    /// <summary>f(x) = max(0, x).</summary>
    public static Activation ReLU { get; } = new ReLU();

    /// <summary>f(x) = min(max(0, x), 6).</summary>
    public static Activation ReLU6 { get; } = new ReLU6();

    /// <summary>x where it is positive, 0.2·x elsewhere; <see cref="Activations.LeakyReLU"/> has other slopes.</summary>
    public static Activation LeakyReLU { get; } = new LeakyReLU();

    /// <summary>x where it is positive, eˣ − 1 elsewhere; <see cref="Activations.ELU"/> has other scales.</summary>
    public static Activation ELU { get; } = new ELU();

    /// <summary>1.05·x where it is positive, 1.76·(eˣ − 1) elsewhere, by which outputs keep mean 0 and variance 1.</summary>
    public static Activation SELU { get; } = new SELU();

    /// <summary>x·Φ(x), Φ being the normal distribution's; <see cref="Activations.GELU"/> has the approximation by tanh, too.</summary>
    public static Activation GELU { get; } = new GELU();

    /// <summary>x·σ(x), also known as swish.</summary>
    public static Activation SiLU { get; } = new SiLU();

    /// <summary>x·(x + 3) / 6, with the quotient cut off at 0 and 1: also known as hard swish.</summary>
    public static Activation HardSiLU { get; } = new HardSiLU();

    /// <summary>ln(1 + eˣ), a smooth ReLU.</summary>
    public static Activation Softplus { get; } = new Softplus();

    /// <summary>σ(x) = 1 / (1 + e⁻ˣ).</summary>
    public static Activation Sigmoid { get; } = new Sigmoid();

    /// <summary>The hyperbolic tangent.</summary>
    public static Activation Tanh { get; } = new Tanh();

    /// <summary>(x + 3) / 6, cut off at 0 and 1: Keras 3's.</summary>
    public static Activation HardSigmoid { get; } = new HardSigmoid();

    /// <summary>exp(x) / Σ exp(x) over the last axis.</summary>
    public static Activation Softmax { get; } = new Softmax();

    internal static Registry<Activation> Registry { get; } = new Registry<Activation>("an activation", static activation => activation.Name)
        .With<Linear>("linear")
        .With<ReLU>("relu")
        .With<ReLU6>("relu6")
        .With<LeakyReLU>("leaky_relu")
        .With<ELU>("elu")
        .With<SELU>("selu")
        .With<GELU>("gelu")
        .With<SiLU>("silu").With<SiLU>("swish")
        .With<HardSiLU>("hard_silu").With<HardSiLU>("hard_swish")
        .With<Softplus>("softplus")
        .With<Sigmoid>("sigmoid")
        .With<Tanh>("tanh")
        .With<HardSigmoid>("hard_sigmoid")
        .With<Softmax>("softmax");

    /// <summary>Its name in Keras's words, as <c>leaky_relu</c>: what model files call it.</summary>
    public abstract string Name { get; }

    /// <summary>The stem of the default name of an <see cref="ActivationLayer"/> that has it, in Keras's spelling, as <c>leaky_re_lu</c>.</summary>
    public virtual string Kind => Name;

    /// <summary>
    /// Whether <see cref="Gradient"/> reads x; if not, it has to come by with y, and a layer that has the activation as an argument keeps
    /// no x for it, which saves as much memory as its output takes.
    /// </summary>
    public virtual bool GradientNeedsInput => true;

    /// <summary>Whether elements depend on others of the last axis; if not, each stands for itself.</summary>
    public virtual bool IsOverLastAxis => false;

    /// <summary>Whether the epilogue of a product applies it to results as it stores them, and its derivative in the backward pass.</summary>
    internal virtual bool IsFused => false;

    /// <summary>Makes a class of one's own known, so that models that have it are loaded; on any thread, as often as one likes.</summary>
    /// <param name="name">Its <see cref="Name"/>: what model files call it.</param>
    /// <typeparam name="TActivation">The class.</typeparam>
    /// <exception cref="ArgumentException">Another class has the name.</exception>
    public static void Register<TActivation>(string name)
        where TActivation : Activation, IDescribed<TActivation> => Registry.Register<TActivation>(name);

    /// <summary>y = f(x).</summary>
    /// <param name="y">Overwritten; may be x itself.</param>
    /// <param name="x">As many elements.</param>
    /// <param name="lastAxis">The length of the last axis, of which there are whole ones.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public abstract void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>dx = (∂f/∂x)ᵀ·dy.</summary>
    /// <param name="dx">Overwritten; may be dy itself.</param>
    /// <param name="dy">The gradient of y.</param>
    /// <param name="x">What <see cref="Forward"/> was given; empty unless <see cref="GradientNeedsInput"/>.</param>
    /// <param name="y">What it made.</param>
    /// <param name="lastAxis">The length of the last axis.</param>
    /// <typeparam name="T">The element type.</typeparam>
    public abstract void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>An activation as a layer of its own: lists of layers take both.</summary>
    /// <param name="activation">The function.</param>
    public static implicit operator Layer(Activation activation)
    {
        ArgumentNullException.ThrowIfNull(activation);
        return activation.ToLayer();
    }

    /// <summary>The activation as a layer of its own.</summary>
    public Layer ToLayer() => new ActivationLayer(this);

    /// <summary>As <c>ReLU</c>.</summary>
    public override string ToString() => GetType().Name;

    /// <summary>A setting that is at least 0 and finite.</summary>
    private protected double CheckPositive(double value, string name) => value >= 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{GetType().Name}: expected a finite number of at least 0");
}
