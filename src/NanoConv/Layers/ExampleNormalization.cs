using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Initializers;
using NanoConv.Regularizers;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>What normalisations have in common that look at each example alone: ε, γ and β.</summary>
public abstract class ExampleNormalization : Layer
{
    private protected ExampleNormalization(
        double epsilon,
        bool center,
        bool scale,
        Initializer? betaInitializer,
        Initializer? gammaInitializer,
        Regularizer? betaRegularizer,
        Regularizer? gammaRegularizer,
        string? name)
        : base(name)
    {
        if (!(epsilon > 0 && double.IsFinite(epsilon)))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, $"{TypeName}: expected an epsilon above 0");
        (Epsilon, Center, Scale) = (epsilon, center, scale);
        (BetaInitializer, GammaInitializer) = (betaInitializer ?? new Zeros(), gammaInitializer ?? new Ones());
        (BetaRegularizer, GammaRegularizer) = (betaRegularizer, gammaRegularizer);
    }

    /// <summary>ε.</summary>
    public double Epsilon { get; }

    /// <summary>Whether there is a β.</summary>
    public bool Center { get; }

    /// <summary>Whether there is a γ.</summary>
    public bool Scale { get; }

    /// <summary>β's first values.</summary>
    public Initializer BetaInitializer { get; }

    /// <summary>γ's first values.</summary>
    public Initializer GammaInitializer { get; }

    /// <summary>What is added to the loss for β.</summary>
    public Regularizer? BetaRegularizer { get; }

    /// <summary>What is added to the loss for γ.</summary>
    public Regularizer? GammaRegularizer { get; }

    /// <summary>Adds the settings that all have.</summary>
    private protected void DescribeCommon(ConfigWriter config)
    {
        config.Add("epsilon", Epsilon);
        config.Add("center", Center);
        config.Add("scale", Scale);
        config.Add("beta_initializer", BetaInitializer);
        config.Add("gamma_initializer", GammaInitializer);
        config.Add("beta_regularizer", BetaRegularizer);
        config.Add("gamma_regularizer", GammaRegularizer);
    }

    /// <summary>Makes γ and β, as far as there are any.</summary>
    private protected void AddParameters<T>(LayerBuilder<T> builder, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Scale)
            builder.AddParameter("gamma", shape, GammaInitializer, 1, 1, GammaRegularizer);
        if (Center)
            builder.AddParameter("beta", shape, BetaInitializer, 1, 1, BetaRegularizer);
    }

    /// <summary>A built one, which finds γ and β and their gradients.</summary>
    private protected abstract class BuiltNormalization<T>(LayerBuilder<T> builder, ExampleNormalization specification)
        : BuiltLayer<T>(builder, builder.InputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        internal override bool TakesPostOperations => true;

        /// <summary>ε.</summary>
        protected T Epsilon { get; } = T.CreateChecked(specification.Epsilon);

        /// <summary>γ; empty if there is none.</summary>
        protected ReadOnlySpan<T> Gamma => specification.Scale ? Parameters[0].Value : [];

        /// <summary>β; empty if there is none.</summary>
        protected ReadOnlySpan<T> Beta => specification.Center ? Parameters[^1].Value : [];

        /// <summary>Where to add γ's gradient; empty if there is none.</summary>
        protected Span<T> GammaGradient(LayerPass<T> pass) => specification.Scale ? pass.Gradient(0) : [];

        /// <summary>Where to add β's gradient; empty if there is none.</summary>
        protected Span<T> BetaGradient(LayerPass<T> pass) => specification.Center ? pass.Gradient(Parameters.Count - 1) : [];
    }
}
