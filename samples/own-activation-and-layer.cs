#:project ../src/NanoConv/NanoConv.csproj
// A user's own activation and layer, proved, trained, saved and loaded. Run it with: dotnet run samples/own-activation-and-layer.cs

using System.Numerics;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

Activation.Register<Square>("square"); // makes both known to Model.Load
Layer.Register<Gain>();
Sequential network = new(new Dense(16, new Square()), new Gain(initial: 2), new Dense(2, Activation.Softmax));
GradientCheckResult proof = GradientCheck.Run(network.Build<double>(inputShape: 2, seed: 1), examples: 3);
Console.WriteLine(proof);

Tensor<float> points = new((400, 2), [.. new Random(1).GetItems([-1f, -0.5f, 0.25f, 0.75f], 800)]);
int[] labels = [.. Enumerable.Range(0, 400).Select(i => points[i, 0] * points[i, 1] > 0 ? 1 : 0)]; // exclusive or
Model<float> model = network.Build<float>(inputShape: 2, seed: 1);
History history = model.Fit(points, labels, new FitOptions { Epochs = 60, Optimizer = new Adam(0.01) });
string path = Path.Combine(Path.GetTempPath(), "nanoconv-own.safetensors");
model.Save(path, history);
bool isSame = model.Predict(points).AsSpan().SequenceEqual(Model.Load<float>(path).Predict(points).AsSpan());
Console.WriteLine($"accuracy {history.Epochs[^1].Accuracy:P1}; loaded, it predicts {(isSame ? "the same" : "otherwise!")}");
return isSame && history.Epochs[^1].Accuracy > 0.95 && proof.WorstRelativeError < 1e-6 ? 0 : 1;

internal sealed class Square : Activation, IDescribed<Square> // y = x², dx = 2·x·dy
{
    public override string Name => "square";
    public static Square FromConfig(ConfigReader config) => new();
    public void Describe(ConfigWriter config) { }
    public override void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis) => TensorPrimitives.Multiply(x, x, y);
    public override void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis)
    {
        TensorPrimitives.Multiply(x, dy, dx);
        TensorPrimitives.Add<T>(dx, dx, dx);
    }
}

internal sealed class Gain(double initial, string? name = null) : Layer(name), IDescribed<Gain> // y = (initial + w)·x, with one w to be trained
{
    public override string Kind => "gain";
    public static Gain FromConfig(ConfigReader config) => new(config.Real("initial"), config.Name);
    public void Describe(ConfigWriter config) => config.Add("initial", initial);
    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        builder.AddParameter("w", 1, new Zeros(), fanIn: 1, fanOut: 1);
        return new Built<T>(builder, T.CreateChecked(initial));
    }

    private sealed class Built<T>(LayerBuilder<T> builder, T initial) : BuiltLayer<T>(builder, builder.InputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y) => TensorPrimitives.Multiply(x, initial + Parameters[0].Value[0], y);

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            pass.Gradient(0)[0] += TensorPrimitives.Dot<T>(x, dy);
            TensorPrimitives.Multiply(dy[..dx.Length], initial + Parameters[0].Value[0], dx); // dx is empty if nobody needs it
        }
    }
}
