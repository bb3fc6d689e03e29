using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using NanoConv.Cifar.Networks;
using NanoConv.Cifar.Tests.Data;
using NanoConv.Onnx.Schema;
using NanoConv.Tests;

namespace NanoConv.Onnx.Tests;

/// <summary>What is in the files, read back by the schema and by ONNX Runtime.</summary>
public sealed class OnnxFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(OnnxLayout.Nhwc, "Transpose Conv Relu Conv Relu Conv Relu Conv Relu Flatten Gemm Softmax")]
    [InlineData(OnnxLayout.Nchw, "Conv Relu Conv Relu Conv Relu Conv Relu Flatten Gemm Softmax")]
    public void The_default_network_is_a_chain_with_one_Transpose_for_NHWC_and_none_for_NCHW(OnnxLayout layout, string chain)
    {
        GraphProto graph = OnnxSession.Parse(Default().ToOnnx(new OnnxExportOptions { InputLayout = layout })).Graph;
        Assert.Equal(chain.Split(' '), graph.Node.Select(node => node.OpType));
        Assert.Equal(graph.Node.Select(node => node.Output.Single()).SkipLast(1).Prepend("input"), graph.Node.Select(node => node.Input[0]));
        Assert.Equal("output", graph.Node[^1].Output.Single());
    }

    [Fact]
    public void Padding_same_at_stride_2_is_said_side_by_side_and_pads_only_at_the_end()
    {
        NodeProto[] convolutions = [.. OnnxSession.Parse(Default().ToOnnx()).Graph.Node.Where(node => node.OpType == "Conv")];
        Assert.Equal([[1, 1, 1, 1], [0, 0, 1, 1], [1, 1, 1, 1], [0, 0, 1, 1]], convolutions.Select(node => Ints(node, "pads")));
        Assert.Equal([[1, 1], [2, 2], [1, 1], [2, 2]], convolutions.Select(node => Ints(node, "strides")));
        Assert.All(convolutions, node => Assert.Equal([3, 3], Ints(node, "kernel_shape")));
        Assert.All(convolutions, node => Assert.DoesNotContain(node.Attribute, attribute => attribute.Name == "auto_pad"));
    }

    [Fact]
    public void Four_different_paddings_come_top_left_bottom_right()
    {
        Sequential network = new(new Conv2D(2, (5, 6), padding: Padding.Explicit(top: 1, bottom: 2, left: 3, right: 4)));
        OnnxModel model = network.Build<float>((8, 9, 1)).ToOnnx(new OnnxExportOptions { InputLayout = OnnxLayout.Nchw });
        Assert.Equal([1, 3, 2, 4], Ints(OnnxSession.Parse(model).Graph.Node[0], "pads"));
    }

    /// <summary>As PyTorch writes it, and as OpenCV 4 reads every Gemm.</summary>
    [Fact]
    public void A_dense_kernel_comes_transposed_and_Gemm_says_so()
    {
        Model<float> model = new Sequential(new Dense(3)).Build<float>(2);
        float[] kernel = [1, 2, 3, 4, 5, 6]; // [inputs, units]
        model.Edit("dense_1/kernel", kernel.CopyTo);
        GraphProto graph = OnnxSession.Parse(model.ToOnnx()).Graph;
        AttributeProto attribute = Assert.Single(Assert.Single(graph.Node).Attribute);
        Assert.Equal(("transB", AttributeProto.Types.AttributeType.Int, 1L), (attribute.Name, attribute.Type, attribute.I));
        TensorProto written = graph.Initializer[0];
        Assert.Equal([3, 2], written.Dims);
        Assert.Equal([1, 4, 2, 5, 3, 6], MemoryMarshal.Cast<byte, float>(written.RawData.Span).ToArray());
    }

    [Fact]
    public void A_file_says_its_versions_its_producer_and_its_metadata()
    {
        OnnxExportOptions options = new()
        {
            ClassNames = ["cat", "dög"],
            Metadata = new Dictionary<string, string> { ["z"] = "last", ["a"] = "first" },
        };
        ModelProto file = OnnxSession.Parse(new Sequential(new Dense(2)).Build<float>(3).ToOnnx(options));
        Assert.Equal(8, file.IrVersion);
        OperatorSetIdProto opset = Assert.Single(file.OpsetImport);
        Assert.Equal(("", 17), (opset.Domain, opset.Version));
        Assert.Equal(("NanoConv", Model.LibraryVersion), (file.ProducerName, file.ProducerVersion));
        Assert.Equal(
            [("a", "first"), ("nanoconv.classes", "[\"cat\",\"dög\"]"), ("z", "last")],
            file.MetadataProps.Select(entry => (entry.Key, entry.Value)));
    }

    /// <summary>Byte by byte what JsonSerializer writes by reflection, as files had it before the code for it was generated.</summary>
    [Fact]
    public void Class_names_are_written_as_ever()
    {
        string[] names = ["cat", "dög", "\"quoted\"", "back\\slash", "a/b", "<&'+>", "line\nline\t\u0001", "💡", "\ud800", "", "\u2028", "日本"];
        JsonSerializerOptions readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        OnnxModel model = new Sequential(new Dense(names.Length)).Build<float>(3).ToOnnx(new OnnxExportOptions { ClassNames = names });
        Assert.Equal(JsonSerializer.Serialize(names, readable), Assert.Single(OnnxSession.Parse(model).MetadataProps).Value);
    }

    [Fact]
    public void ONNX_Runtime_reads_names_types_shapes_and_metadata()
    {
        OnnxModel model = Default().ToOnnx(new OnnxExportOptions
        {
            InputName = "pictures",
            OutputName = "probabilities",
            ScalePixels = true,
            InputLayout = OnnxLayout.Nchw,
            ProducerName = "a test",
            ClassNames = [.. Enumerable.Range(0, 10).Select(c => $"class {c}")],
        });
        Assert.Equal("pictures: uint8 [batch, 3, 32, 32]", model.Input.ToString());
        Assert.Equal("probabilities: float32 [batch, 10]", model.Output.ToString());
        using OnnxSession session = new(model);
        (string input, var inputMetadata) = Assert.Single(session.Inputs);
        (string output, var outputMetadata) = Assert.Single(session.Outputs);
        Assert.Equal(("pictures", typeof(byte)), (input, inputMetadata.ElementType));
        Assert.Equal(("probabilities", typeof(float)), (output, outputMetadata.ElementType));
        Assert.Equal([-1, 3, 32, 32], inputMetadata.Dimensions);
        Assert.Equal(["batch", "", "", ""], inputMetadata.SymbolicDimensions);
        Assert.Equal([-1, 10], outputMetadata.Dimensions);
        Assert.Equal("batch", outputMetadata.SymbolicDimensions[0]);
        Assert.Equal("a test", session.Metadata.ProducerName);
        string[] classes = JsonSerializer.Deserialize<string[]>(session.Metadata.CustomMetadataMap[OnnxModel.ClassNamesKey])!;
        Assert.Equal("class 9", classes[9]);
    }

    [Fact]
    public void Maps_come_out_as_the_model_has_them_whatever_the_layout_of_the_input()
    {
        Model<float> model = new Sequential(new Conv2D(3, 3), new Dropout(0.5)).Build<float>((5, 6, 2), seed: 1);
        float[] inputs = Numbers.Reals<float>(2 * 5 * 6 * 2, seed: 1);
        Tensor<float> expected = model.Predict(new Tensor<float>((2, 5, 6, 2), inputs));
        foreach (OnnxLayout layout in Enum.GetValues<OnnxLayout>())
        {
            using OnnxSession session = new(model.ToOnnx(new OnnxExportOptions { InputLayout = layout }));
            (long[] shape, float[] outputs) = session.Run(Layouts.Order(inputs, layout, model.InputShape), Layouts.Axes(layout, model.InputShape, 2));
            Assert.Equal([2, 3, 4, 3], shape);
            Expect.Close<float>("output", expected.AsSpan(), outputs, 1e-6);
        }
    }

    [Fact]
    public void A_network_without_a_node_passes_its_input_on()
    {
        using OnnxSession session = new(new Sequential(new Dropout(0.5)).Build<float>(3).ToOnnx());
        Assert.Equal([1, 2, 3], session.Run<float>([1, 2, 3], 1, 3).Elements);
    }

    [Fact]
    public void Layers_may_be_called_what_the_input_and_the_output_are_called()
    {
        Model<float> model = new Sequential(
            new Conv2D(2, 1, name: "input"), new Flatten(name: "output"), new Dense(2, name: "Cast")).Build<float>((1, 2, 1));
        using OnnxSession session = new(model.ToOnnx(new OnnxExportOptions { ScalePixels = true }));
        float[] expected = model.Predict(new ByteImageDataset<float>(new byte[] { 7, 200 }, new byte[1], model.InputShape, 2)).AsSpan().ToArray();
        Expect.Close<float>("output", expected, session.Run<byte>([7, 200], 1, 1, 2, 1).Elements, 1e-6);
    }

    [Fact]
    public void Equal_models_and_options_give_equal_files_and_other_weights_another()
    {
        Dictionary<string, string> forth = new() { ["a"] = "1", ["b"] = "2" }, back = new() { ["b"] = "2", ["a"] = "1" };
        byte[] file = OnnxSession.Bytes(Default().ToOnnx(new OnnxExportOptions { Metadata = forth }));
        Assert.Equal(file, OnnxSession.Bytes(Default().ToOnnx(new OnnxExportOptions { Metadata = back })));
        Model<float> other = Default();
        other.Edit(weights => weights[0] += 1);
        Assert.NotEqual(file, OnnxSession.Bytes(other.ToOnnx(new OnnxExportOptions { Metadata = forth })));
    }

    [Fact]
    public void A_model_in_double_is_exported_in_float()
    {
        Sequential network = CifarNetwork.Create("thinner_deeper", l1: 0);
        OnnxModel single = network.Build<float>(CifarNetwork.InputShape, seed: 1).ToOnnx();
        Assert.Equal(OnnxSession.Bytes(single), OnnxSession.Bytes(network.Build<double>(CifarNetwork.InputShape, seed: 1).ToOnnx()));
    }

    [Fact]
    public void Saving_writes_the_file_whole_and_leaves_nothing_else()
    {
        OnnxModel model = Default().ToOnnx();
        File.WriteAllText(folder["m.onnx"], "old");
        model.Save(folder["m.onnx"]);
        Assert.Equal(OnnxSession.Bytes(model), File.ReadAllBytes(folder["m.onnx"]));
        Assert.Equal(model.Size, new FileInfo(folder["m.onnx"]).Length);
        Assert.Equal(["m.onnx"], folder.Names);
    }

    [Fact]
    public void A_file_that_cannot_be_written_leaves_what_was_there()
    {
        Directory.CreateDirectory(folder["m.onnx"]);
        File.WriteAllText(folder["m.onnx/old"], "old");
        Expect.Throws<SystemException>(() => Default().ToOnnx().Save(folder["m.onnx"]));
        Assert.Equal("old", File.ReadAllText(folder["m.onnx/old"]));
        Assert.Equal(["m.onnx"], folder.Names);
        Assert.ThrowsAny<IOException>(() => Default().ToOnnx().Save(folder["nowhere/m.onnx"]));
    }

    private static Model<float> Default() => CifarNetwork.Create("default", l1: 0).Build<float>(CifarNetwork.InputShape, seed: 1);

    private static long[] Ints(NodeProto node, string name)
    {
        AttributeProto attribute = Assert.Single(node.Attribute, attribute => attribute.Name == name);
        Assert.Equal(AttributeProto.Types.AttributeType.Ints, attribute.Type);
        return [.. attribute.Ints];
    }
}
