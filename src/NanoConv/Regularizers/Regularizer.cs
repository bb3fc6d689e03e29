using System.Numerics;
using NanoConv.Descriptions;

namespace NanoConv.Regularizers;

/// <summary>A penalty on a parameter, added to the loss.</summary>
public abstract class Regularizer
{
    internal static Registry<Regularizer> Registry { get; } = new Registry<Regularizer>("a regularizer", static own => own.GetType().Name)
        .With<L1>("l1")
        .With<L2>("l2");

    /// <summary>Makes a class of one's own known, so that models that have it are loaded; on any thread, as often as one likes.</summary>
    /// <param name="name">What model files call it; by default the class's name.</param>
    /// <typeparam name="TRegularizer">The class.</typeparam>
    /// <exception cref="ArgumentException">Another class has the name.</exception>
    public static void Register<TRegularizer>(string? name = null)
        where TRegularizer : Regularizer, IDescribed<TRegularizer> => Registry.Register<TRegularizer>(name ?? typeof(TRegularizer).Name);

    /// <summary>The penalty.</summary>
    /// <param name="w">The parameter's elements.</param>
    /// <typeparam name="T">The number type.</typeparam>
    public abstract T Penalty<T>(ReadOnlySpan<T> w)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Adds the penalty's derivative to a part of the gradient.</summary>
    /// <param name="gradient">Accumulated into.</param>
    /// <param name="w">The elements that the part belongs to.</param>
    /// <typeparam name="T">The number type.</typeparam>
    public abstract void AddGradient<T>(Span<T> gradient, ReadOnlySpan<T> w)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>A strength that is at least 0 and finite.</summary>
    private protected static double Check(double strength, string name) => strength >= 0 && double.IsFinite(strength)
        ? strength
        : throw new ArgumentOutOfRangeException(name, strength, "expected a strength of at least 0");
}
