using System.Numerics;
using NanoConv.Descriptions;
using NanoConv.Layers.Augmentation;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>
/// What a layer is, before it knows its input and its number type: immutable, and free to be used in many networks.
/// <see cref="Graphs.Network.Build{T}(Shape?, int)"/> makes <see cref="BuiltLayer{T}"/>s of it.
/// </summary>
public abstract class Layer
{
    /// <summary>Names the layer.</summary>
    /// <param name="name">Its name in summaries and model files; by default its kind and a number, as <c>conv2d_1</c>.</param>
    /// <exception cref="ArgumentException">The name is empty or contains a slash.</exception>
    protected Layer(string? name)
    {
        if (name is not null && (name.Length == 0 || name.Contains('/')))
            throw new ArgumentException($"a layer's name must not be empty or contain '/', received '{name}'", nameof(name));
        Name = name;
    }

    internal static Registry<Layer> Registry { get; } = new Registry<Layer>("a layer", static layer => layer.TypeName)
        .With<Conv2D>(nameof(Conv2D))
        .With<MaxPooling2D>(nameof(MaxPooling2D))
        .With<AveragePooling2D>(nameof(AveragePooling2D))
        .With<GlobalMaxPooling2D>(nameof(GlobalMaxPooling2D))
        .With<GlobalAveragePooling2D>(nameof(GlobalAveragePooling2D))
        .With<Dense>(nameof(Dense))
        .With<Flatten>(nameof(Flatten))
        .With<Reshape>(nameof(Reshape))
        .With<ZeroPadding2D>(nameof(ZeroPadding2D))
        .With<Cropping2D>(nameof(Cropping2D))
        .With<UpSampling2D>(nameof(UpSampling2D))
        .With<ActivationLayer>(nameof(ActivationLayer))
        .With<PReLU>(nameof(PReLU))
        .With<Dropout>(nameof(Dropout))
        .With<BatchNormalization>(nameof(BatchNormalization))
        .With<LayerNormalization>(nameof(LayerNormalization))
        .With<GroupNormalization>(nameof(GroupNormalization))
        .With<SpatialDropout2D>(nameof(SpatialDropout2D))
        .With<GaussianNoise>(nameof(GaussianNoise))
        .With<Rescaling>(nameof(Rescaling))
        .With<Normalization>(nameof(Normalization))
        .With<Add>(nameof(Add))
        .With<Multiply>(nameof(Multiply))
        .With<Concatenate>(nameof(Concatenate))
        .With<RandomFlip>(nameof(RandomFlip))
        .With<RandomCrop>(nameof(RandomCrop))
        .With<RandomTranslation>(nameof(RandomTranslation))
        .With<RandomRotation>(nameof(RandomRotation))
        .With<RandomBrightness>(nameof(RandomBrightness))
        .With<RandomContrast>(nameof(RandomContrast))
        .With<Cutout>(nameof(Cutout));

    /// <summary>The layer's name, or null to be numbered by kind.</summary>
    public string? Name { get; }

    /// <summary>The layer's kind in Keras's spelling, as <c>conv2d</c>: the stem of its default name.</summary>
    public abstract string Kind { get; }

    /// <summary>The layer's kind in C#'s spelling, as <c>Conv2D</c>: what error messages call it.</summary>
    public string TypeName => GetType().Name;

    /// <summary>How many inputs the layer reads: one, unless it joins several.</summary>
    public virtual (int Least, int Most) InputCount => (1, 1);

    /// <summary>
    /// Of a layer whose kernel other frameworks have as well: how many axes it has, by which its tensors are told from those of others;
    /// 0 for one that has no kernel but slopes alone.
    /// </summary>
    internal virtual int? ForeignKernelRank => null;

    /// <summary>Whether features come out in the order in which they went in.</summary>
    internal virtual bool KeepsOrder => false;

    /// <summary>Makes a class of one's own known, so that models that have it are loaded; on any thread, as often as one likes.</summary>
    /// <param name="name">What model files call it; by default the class's name.</param>
    /// <typeparam name="TLayer">The class.</typeparam>
    /// <exception cref="ArgumentException">Another class has the name.</exception>
    public static void Register<TLayer>(string? name = null)
        where TLayer : Layer, IDescribed<TLayer> => Registry.Register<TLayer>(name ?? typeof(TLayer).Name);

    /// <summary>A size of at least 1×1.</summary>
    private protected Size2D Check(Size2D size, string what) => size.Height >= 1 && size.Width >= 1
        ? size
        : throw new ArgumentException($"{TypeName}: expected {what} of at least 1×1, received {size}");

    /// <summary>Sides of at least 0 pixels.</summary>
    private protected Sides Check(Sides sides, string what) => Math.Min(Math.Min(sides.Top, sides.Bottom), Math.Min(sides.Left, sides.Right)) >= 0
        ? sides
        : throw new ArgumentException($"{TypeName}: expected {what} of at least 0 on each side, received {sides}");

    /// <summary>A finite number.</summary>
    private protected double CheckFinite(double value, string name) => double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{TypeName}: expected a finite number");

    /// <summary>One of the choices that there are.</summary>
    private protected TChoice CheckChoice<TChoice>(TChoice choice, string name)
        where TChoice : struct, Enum => Enum.IsDefined(choice) ? choice : throw new ArgumentOutOfRangeException(
            name, choice, $"{TypeName}: expected one of {string.Join(", ", Enum.GetNames<TChoice>())}");

    /// <summary>Fixes the layer to an input shape and a number type, and makes its parameters.</summary>
    /// <param name="builder">Tells the input's shape and the name, makes parameters.</param>
    /// <typeparam name="T">The number type.</typeparam>
    /// <exception cref="ArgumentException">The input's shape does not suit the layer.</exception>
    public abstract BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
        where T : unmanaged, IFloatingPointIeee754<T>;
}
