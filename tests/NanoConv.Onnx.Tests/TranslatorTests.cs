using System.Numerics;
using NanoConv.Tests;

namespace NanoConv.Onnx.Tests;

/// <summary>Translators: of every activation, and of one's own layers and activations.</summary>
public sealed class TranslatorTests
{
    [Theory]
    [MemberData(nameof(KnownActivations.Theory), MemberType = typeof(KnownActivations))]
    public void Every_activation_is_exported_as_an_argument_and_as_a_layer(Activation activation)
    {
        foreach (OnnxLayout layout in Enum.GetValues<OnnxLayout>())
        {
            AssertAgrees(new Sequential(new Conv2D(3, 2, activation: activation), new Conv2D(2, 2)), (4, 5, 2), layout, limit: 4);
            AssertAgrees(new Sequential(activation, new Conv2D(2, 1), activation), (4, 5, 3), layout, limit: 4);
        }

        AssertAgrees(new Sequential(new Dense(7, activation), activation, new Dense(3, activation)), 5, OnnxLayout.Nhwc, limit: 8);
    }

    /// <summary>It sees NanoConv's order of axes, whatever the layers around it do in ONNX.</summary>
    [Fact]
    public void A_layer_of_ones_own_is_exported_by_its_translator()
    {
        OnnxTranslators.Register<PerElement>(static (layer, own) =>
        {
            long[] axes = [1, .. layer.InputShape.Axes.ToArray().Select(axis => (long)axis)];
            layer.Add("Mul", [layer.AddConstant("factors", axes, layer.Parameter(0))]);
            layer.Add("Add", [layer.AddConstant("offset", [], (float)own.Offset)]);
            layer.Add("Mul", [layer.AddConstant("factors", axes, layer.Parameter(0))]); // twice the same operator, and the same name
        });
        PerElement own = new(0.5);
        foreach (OnnxLayout layout in Enum.GetValues<OnnxLayout>())
        {
            AssertAgrees(new Sequential(own), (3, 4, 2), layout);
            AssertAgrees(new Sequential(new Conv2D(3, 2), own, new Conv2D(2, 2)), (4, 5, 2), layout);
            AssertAgrees(new Sequential(new Conv2D(3, 2), new Flatten(), own, new Dense(4)), (4, 5, 2), layout);
            AssertAgrees(new Sequential(new Conv2D(3, 2), new Flatten(), new Dropout(0.5), Activation.Softmax, new Dense(4), own), (4, 5, 2), layout);
        }

        Expect.Throws<ArgumentException>(() => OnnxTranslators.Register<PerElement>((_, _) => { }), "without a translator", nameof(PerElement));
        Expect.Throws<ArgumentException>(() => OnnxTranslators.Register<Dense>((_, _) => { }), "without a translator", nameof(Dense));
        Assert.Throws<ArgumentNullException>(() => OnnxTranslators.Register<Flatten>(null!));
    }

    /// <summary>x · (1, 2, …, n) along the last axis: wherever that is, and not in the order of a picture that was flattened otherwise.</summary>
    [Fact]
    public void An_activation_of_ones_own_over_the_last_axis_finds_it()
    {
        OnnxTranslators.RegisterActivation<Steps>(static (layer, steps) =>
        {
            int length = layer.OutputShape[^1];
            float[] factors = [.. Enumerable.Range(1, length).Select(factor => (float)(factor * steps.Scale))];
            layer.Add("Mul", [layer.AddConstant("steps", layer.ChannelAxis == 1 ? [1, length, 1, 1] : [length], factors)]);
        });
        Expect.Throws<ArgumentException>(() => OnnxTranslators.RegisterActivation<ReLU>((_, _) => { }), "without a translator", nameof(ReLU));
        Steps steps = new(0.25);
        foreach (OnnxLayout layout in Enum.GetValues<OnnxLayout>())
        {
            AssertAgrees(new Sequential(new Conv2D(3, 2, activation: steps), steps, new Conv2D(2, 2)), (4, 5, 2), layout);
            AssertAgrees(new Sequential(new Conv2D(3, 2), new Flatten(), steps, new Dense(4, steps)), (4, 5, 2), layout);
        }
    }

    private static void AssertAgrees(Sequential network, Shape input, OnnxLayout layout, double limit = 1)
    {
        const int Count = 3;
        Model<float> model = network.Build<float>(input, seed: 1);
        float[] moves = Numbers.Reals<float>(model.ParameterCount, seed: 2, limit: 0.5);
        model.Edit(weights =>
        {
            for (int i = 0; i < moves.Length; i++)
                weights[i] += moves[i];
        });
        using OnnxSession session = new(model.ToOnnx(new OnnxExportOptions { InputLayout = layout }));
        float[] x = Numbers.Reals<float>(Count * input.Elements, seed: 3, limit);
        Tensor<float> expected = model.Predict(new Tensor<float>(input.Batch(Count), x));
        (long[] shape, float[] y) = session.Run(
            input.Rank == 3 ? Layouts.Order(x, layout, input) : x, input.Rank == 3 ? Layouts.Axes(layout, input, Count) : [Count, input[0]]);
        Assert.Equal(expected.Shape.Axes.ToArray().Select(axis => (long)axis), shape);
        Expect.Close<float>("y", expected.AsSpan(), y, 1e-5);
    }

    /// <summary>(x·w + offset)·w, a weight for each element.</summary>
    private sealed class PerElement(double offset) : Layer(null)
    {
        public double Offset => offset;

        public override string Kind => "per_element";

        public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder)
        {
            builder.AddParameter("w", builder.InputShape, new GlorotUniform(), 1, 1);
            return new Built<T>(builder, offset);
        }

        private sealed class Built<T>(LayerBuilder<T> builder, double offset) : BuiltLayer<T>(builder, builder.InputShape)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
            {
                ReadOnlySpan<T> w = Parameters[0].Value;
                for (int i = 0; i < x.Length; i++)
                    y[i] = ((x[i] * w[i % w.Length]) + T.CreateChecked(offset)) * w[i % w.Length];
            }

            public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx) =>
                throw new NotSupportedException();
        }
    }

    private sealed class Steps(double scale) : Activation
    {
        public double Scale => scale;

        public override string Name => "steps";

        public override bool IsOverLastAxis => true;

        public override void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis)
        {
            for (int i = 0; i < x.Length; i++)
                y[i] = x[i] * T.CreateChecked(scale * ((i % lastAxis) + 1));
        }

        public override void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis) =>
            throw new NotSupportedException();
    }
}
