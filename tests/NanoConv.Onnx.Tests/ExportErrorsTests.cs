using System.Numerics;
using NanoConv.Tests;

namespace NanoConv.Onnx.Tests;

/// <summary>What cannot be exported, and how that is said.</summary>
public sealed class ExportErrorsTests
{
    [Fact]
    public void A_layer_of_one_s_own_is_named()
    {
        Model<float> model = new Sequential(new Flatten(), new Doubling("twice"), new Dense(2)).Build<float>((2, 2, 1));
        Expect.Throws<ArgumentException>(
            () => model.ToOnnx(), "Doubling 'twice'", "Cropping2D, Cutout, Dense", "cannot be exported", "OnnxTranslators.Register");
    }

    [Fact]
    public void An_activation_of_one_s_own_is_named_wherever_it_is()
    {
        foreach (Layer layer in (Layer[])[new Dense(2, new Square()), new ActivationLayer(new Square())])
        {
            Expect.Throws<ArgumentException>(
                () => new Sequential(layer).Build<float>(3).ToOnnx(),
                $"{layer.TypeName} '{layer.Kind}_1'", "ELU, GELU", "Square ('square')", "cannot be exported", "OnnxTranslators.RegisterActivation");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a/b")]
    public void Names_of_input_and_output_are_checked(string name)
    {
        Expect.Throws<ArgumentException>(() => Export(new OnnxExportOptions { InputName = name }), "InputName", "expected", $"'{name}'");
        Expect.Throws<ArgumentException>(() => Export(new OnnxExportOptions { OutputName = name }), "OutputName", "expected", $"'{name}'");
    }

    [Fact]
    public void Input_and_output_need_different_names() =>
        Expect.Throws<ArgumentException>(() => Export(new OnnxExportOptions { InputName = "x", OutputName = "x" }), "expected different names", "'x'");

    [Fact]
    public void Every_output_needs_a_class_name() => Expect.Throws<ArgumentException>(
        () => Export(new OnnxExportOptions { ClassNames = ["one"] }), "ClassNames", "expected 2 names", "received 1");

    [Fact]
    public void NCHW_needs_pictures() => Expect.Throws<ArgumentException>(
        () => Export(new OnnxExportOptions { InputLayout = OnnxLayout.Nchw }), "InputLayout", "expected pictures", "(3,)");

    [Fact]
    public void A_layout_has_to_exist() => Expect.Throws<ArgumentException>(
        () => Export(new OnnxExportOptions { InputLayout = (OnnxLayout)7 }), "InputLayout", "expected Nhwc or Nchw", "7");

    [Fact]
    public void A_weight_that_no_float_can_hold_is_an_error_but_infinity_is_kept()
    {
        Model<double> model = new Sequential(new Dense(2)).Build<double>(3);
        model.Edit(weights => weights[1] = 1e300);
        Expect.Throws<ArgumentException>(() => model.ToOnnx(), "'dense_1/kernel'", "fit into a float", "1E+300");
        model.Edit(weights => weights[1] = double.PositiveInfinity);
        using OnnxSession session = new(model.ToOnnx());
        Assert.Equal(float.PositiveInfinity, session.Run<float>([1, 1, 1], 1, 3).Elements[1]);
    }

    [Fact]
    public void A_file_of_2_GiB_is_refused_before_it_is_made()
    {
        OnnxExport.CheckSize(500_000_000);
        Expect.Throws<ArgumentException>(() => OnnxExport.CheckSize(int.MaxValue), "smaller than 2 GiB", "received 2,147,483,647");
    }

    [Fact]
    public void There_has_to_be_a_model_and_somewhere_to_write_it()
    {
        Assert.Throws<ArgumentNullException>(() => ((Model<float>)null!).ToOnnx());
        Assert.Throws<ArgumentNullException>(() => Export(new OnnxExportOptions()).Write(null!));
    }

    private static OnnxModel Export(OnnxExportOptions options) => new Sequential(new Dense(2)).Build<float>(3).ToOnnx(options);

    private sealed class Square : Activation
    {
        public override string Name => "square";

        public override void Forward<T>(Span<T> y, ReadOnlySpan<T> x, int lastAxis)
        {
            for (int i = 0; i < x.Length; i++)
                y[i] = x[i] * x[i];
        }

        public override void Gradient<T>(Span<T> dx, ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> y, int lastAxis) =>
            throw new NotSupportedException();
    }

    private sealed class Doubling(string name) : Layer(name)
    {
        public override string Kind => "doubling";

        public override BuiltLayer<T> Build<T>(LayerBuilder<T> builder) => new Built<T>(builder);

        private sealed class Built<T>(LayerBuilder<T> builder) : BuiltLayer<T>(builder, builder.InputShape)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            public override void Forward(LayerPass<T> pass, ReadOnlySpan<T> x, Span<T> y)
            {
                for (int i = 0; i < x.Length; i++)
                    y[i] = x[i] + x[i];
            }

            public override void Backward(LayerPass<T> pass, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> dy, Span<T> dx)
            {
                for (int i = 0; i < dx.Length; i++)
                    dx[i] = dy[i] + dy[i];
            }
        }
    }
}
