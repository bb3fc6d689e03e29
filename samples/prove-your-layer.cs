#:project ../src/NanoConv/NanoConv.csproj
// A layer of one's own, y = x · sigmoid(s·x) with one trainable s a channel ("swish"), proved by GradientCheck; and the
// same layer with a mistake planted, caught. Run it with: dotnet run samples/prove-your-layer.cs

using System.Numerics;

GradientCheckResult right = GradientCheck.Run(new Swish(forgetsProductRule: false), inputShape: (6, 5, 3));
Console.WriteLine($"the layer:          {right}");

GradientCheckResult wrong = GradientCheck.Run(new Swish(forgetsProductRule: true), inputShape: (6, 5, 3));
Console.WriteLine($"with the mistake:   {wrong}");

bool behaves = right.WorstRelativeError < 1e-6 && !(wrong.WorstRelativeError < 1e-6) && wrong.Tensor == "input";
Console.WriteLine(behaves ? "The layer is proved, the mistake is caught." : "The check failed!");
return behaves ? 0 : 1;

internal sealed class Swish(bool forgetsProductRule, string? name = null) : Layer(name)
{
    public override string Kind => "swish";

    public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
    {
        builder.AddParameter("slope", builder.InputShape[^1], new GlorotUniform(), fanIn: 1, fanOut: 1);
        return new Built<T>(builder, forgetsProductRule);
    }

    private sealed class Built<T>(LayerBuilder<T> builder, bool forgetsProductRule) : BuiltLayer<T>(builder, builder.InputShape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
        {
            ReadOnlySpan<T> slope = Parameters[0].Value;
            for (int i = 0; i < x.Length; i++)
                y[i] = x[i] * Sigmoid(slope[i % slope.Length] * x[i]);
        }

        public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
        {
            ReadOnlySpan<T> slope = Parameters[0].Value;
            Span<T> dSlope = pass.Gradient(0);
            for (int i = 0; i < x.Length; i++)
            {
                int channel = i % slope.Length;
                T s = Sigmoid(slope[channel] * x[i]), steepness = s * (T.One - s);
                dSlope[channel] += dy[i] * x[i] * x[i] * steepness;
                if (!dx.IsEmpty)
                    dx[i] = dy[i] * (forgetsProductRule ? s : s + (slope[channel] * x[i] * steepness));
            }
        }

        private static T Sigmoid(T x) => T.One / (T.One + T.Exp(-x));
    }
}
