using System.Numerics;
using NanoConv.Initializers;
using NanoConv.Kernels;
using NanoConv.Regularizers;
using NanoConv.Tensors;

namespace NanoConv.Layers;

/// <summary>What a layer is given when it is built: its name, its input's shape, and a maker of parameters.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class LayerBuilder<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int seed;
    private readonly int layerIndex;
    private readonly Func<string, Shape, Action<Span<T>>>? given;
    private readonly List<Parameter<T>> parameters = [];

    private delegate void FirstValues(Span<T> values, ulong key);

    /// <summary>For a layer of a network.</summary>
    /// <param name="layer">The specification.</param>
    /// <param name="name">The layer's name.</param>
    /// <param name="inputShapes">Its inputs.</param>
    /// <param name="seed">The seed of initial weights.</param>
    /// <param name="layerIndex">Its place in the network.</param>
    /// <param name="given">
    /// Gives a parameter's first values by its whole name and its shape, in place of the initializer; it refuses by an
    /// exception, before memory is taken for what a file only claims.
    /// </param>
    internal LayerBuilder(
        Layer layer, string name, IReadOnlyList<Shape> inputShapes, int seed, int layerIndex, Func<string, Shape, Action<Span<T>>>? given = null)
    {
        Layer = layer;
        Name = name;
        InputShapes = inputShapes;
        this.seed = seed;
        this.layerIndex = layerIndex;
        this.given = given;
    }

    /// <summary>The specification that is being built.</summary>
    public Layer Layer { get; }

    /// <summary>The layer's name, unique in the model.</summary>
    public string Name { get; }

    /// <summary>The shape of one example as it reaches the layer; of a layer that joins several inputs, the first one's.</summary>
    public Shape InputShape => InputShapes[0];

    /// <summary>The shapes of all inputs, one but for layers that join several.</summary>
    public IReadOnlyList<Shape> InputShapes { get; }

    /// <summary>The parameters made so far.</summary>
    public IReadOnlyList<Parameter<T>> Parameters => parameters;

    /// <summary>Makes a parameter.</summary>
    /// <param name="role">Its name within the layer, as <c>kernel</c>.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="initializer">Its first values.</param>
    /// <param name="fanIn">Inputs that one output sums over; see <see cref="Initializer"/>.</param>
    /// <param name="fanOut">Outputs that one input goes to.</param>
    /// <param name="regularizer">What is added to the loss for it.</param>
    public Parameter<T> AddParameter(
        string role, Shape shape, Initializer initializer, int fanIn, int fanOut, Regularizer? regularizer = null) =>
        Add(role, shape, (values, key) => Fill(values, initializer, shape, fanIn, fanOut, key), regularizer, isState: false);

    /// <summary>Makes a tensor that is kept and saved as parameters are, but that the layer itself changes, in <see cref="BuiltLayer{T}.EndStep"/>.</summary>
    /// <param name="role">Its name within the layer, as <c>moving_mean</c>.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="initializer">Its first values.</param>
    public Parameter<T> AddState(string role, Shape shape, Initializer initializer) =>
        Add(role, shape, (values, key) => Fill(values, initializer, shape, 1, 1, key), regularizer: null, isState: true);

    private void Fill(Span<T> values, Initializer initializer, Shape shape, int fanIn, int fanOut, ulong key)
    {
        try
        {
            initializer.Fill(values, shape, fanIn, fanOut, key);
        }
        catch (ArgumentException mistake)
        {
            throw Error(mistake.Message); // the initializer does not know for whom it is
        }
    }

    private Parameter<T> Add(string role, Shape shape, FirstValues initial, Regularizer? regularizer, bool isState)
    {
        string name = $"{Name}/{role}";
        ulong key = CounterRandom.Key(RandomDomain.InitialWeights, seed, layerIndex, parameters.Count);
        Parameter<T> parameter = new(name, shape, regularizer, given?.Invoke(name, shape) ?? (values => initial(values, key))) { IsState = isState };
        parameters.Add(parameter);
        return parameter;
    }

    /// <summary>An error about the layer: <c>Conv2D 'conv2d_1': expected …, received …</c>.</summary>
    /// <param name="message">What was expected and what was received.</param>
    public ArgumentException Error(string message) => new($"{Layer.TypeName} '{Name}': {message}");

    /// <summary>The input's height, width and channels.</summary>
    /// <exception cref="ArgumentException">The input has another rank.</exception>
    public (int Height, int Width, int Channels) ExpectPicture() => InputShape.Rank == 3
        ? (InputShape[0], InputShape[1], InputShape[2])
        : throw Error($"expected an input of shape (height, width, channels), received {InputShape}");

    /// <summary>The shape of a picture that a layer makes.</summary>
    /// <param name="height">At least 1.</param>
    /// <param name="width">At least 1.</param>
    /// <param name="channels">At least 1.</param>
    /// <exception cref="ArgumentException">It has more elements than an array can hold.</exception>
    internal Shape PictureOf(long height, long width, int channels) => (Int128)height * width * channels <= int.MaxValue
        ? ((int)height, (int)width, channels)
        : throw Error($"expected an output of at most {int.MaxValue} elements, received ({height}, {width}, {channels})");

    /// <summary>Asks that all inputs have one shape.</summary>
    /// <exception cref="ArgumentException">They have not.</exception>
    public void ExpectEqualInputs()
    {
        if (InputShapes.Any(shape => shape != InputShape))
            throw Error($"expected inputs of one shape, received {string.Join(" and ", InputShapes)}");
    }
}
