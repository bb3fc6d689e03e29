using System.Text;

namespace NanoConv.Tests.Models;

/// <summary>The JSON in model files, byte by byte, as version 0.1.0 has written it.</summary>
public sealed class ModelTextTests
{
    // Lines are for the reader alone: the files have none.
    private const string Network = """
        {"input_shape":[6,5,1],"layers":[
        {"class":"Conv2D","name":"conv2d_1","filters":2,"kernel_size":[3,2],"strides":[2,2],"padding":"same","activation":"relu",
        "use_bias":false,"kernel_initializer":"he_normal","kernel_regularizer":{"l2":0.0001}},
        {"class":"Conv2D","name":"d\u00F6g","filters":1,"kernel_size":[1,1],"strides":[1,1],"padding":[1,0,2,3],"activation":"linear",
        "use_bias":true,"kernel_initializer":"glorot_uniform","kernel_regularizer":null},
        {"class":"MaxPooling2D","name":"max_pooling2d_1","pool_size":[2,2],"strides":[1,1],"padding":"valid"},
        {"class":"ActivationLayer","name":"softmax_1","activation":"softmax"},
        {"class":"Dropout","name":"dropout_1","rate":0.1},
        {"class":"Flatten","name":"flatten_1"},
        {"class":"Dense","name":"dense_1","units":2,"activation":"softmax",
        "use_bias":true,"kernel_initializer":"glorot_uniform","kernel_regularizer":{"l1":0.001}}]}
        """;

    private const string Training = """
        {"epochs":2,"batch_size":32,"validation_split":0.1,"shuffle":true,"seed":0,
        "optimizer":{"class":"SGD","learning_rate":0.1,"momentum":0.9,"nesterov":true},
        "loss":{"class":"CategoricalCrossentropy","from_logits":false}}
        """;

    private const string Epochs = """
        [{"epoch":1,"loss":0.5,"accuracy":0.25,"validation_loss":null,"validation_accuracy":null},
        {"epoch":2,"loss":"NaN","accuracy":1,"validation_loss":1E-07,"validation_accuracy":0.1}]
        """;

    [Fact]
    public void Networks_settings_and_histories_are_written_as_ever()
    {
        Sequential network = new(
            new Conv2D(
                2, (3, 2), padding: Padding.Same, strides: 2, activation: Activation.ReLU, useBias: false,
                kernelInitializer: new HeNormal(), kernelRegularizer: new L2(1e-4)),
            new Conv2D(1, 1, padding: Padding.Explicit(1, 0, 2, 3), name: "dög"),
            new MaxPooling2D(2, 1, Padding.Valid),
            new ActivationLayer(Activation.Softmax),
            new Dropout(0.1),
            new Flatten(),
            new Dense(2, Activation.Softmax, kernelRegularizer: new L1(0.001)));
        History history = new(new EpochRecord(1, 0.5, 0.25, null, null, 1, 2), new EpochRecord(2, double.NaN, 1, 1e-7, 0.1, 3, 4))
        {
            Options = new FitOptions { Epochs = 2, Optimizer = new SGD(0.1, 0.9, nesterov: true), ValidationSplit = 0.1 },
        };
        string path = Path.GetTempFileName();
        try
        {
            network.Build<float>((6, 5, 1), seed: 1).Save(path, history, new Dictionary<string, string> { ["text"] = "ö<&'\"" });
            IReadOnlyDictionary<string, string> texts = SafeTensorsFile.Read(path).Metadata;
            Assert.Equal(OneLine(Network), texts["nanoconv.network"]);
            Assert.Equal(OneLine(Training), texts["nanoconv.training"]);
            Assert.Equal(OneLine(Epochs), texts["nanoconv.history"]);
            byte[] file = File.ReadAllBytes(path);
            int header = (int)BitConverter.ToInt64(file);
            Assert.EndsWith("""
                "text":"\u00F6\u003C\u0026\u0027\u0022"},
                "conv2d_1/kernel":{"dtype":"F32","shape":[3,2,1,2],"data_offsets":[0,48]},
                "d\u00F6g/kernel":{"dtype":"F32","shape":[1,1,2,1],"data_offsets":[48,56]},
                "d\u00F6g/bias":{"dtype":"F32","shape":[1],"data_offsets":[56,60]},
                "dense_1/kernel":{"dtype":"F32","shape":[21,2],"data_offsets":[60,228]},
                "dense_1/bias":{"dtype":"F32","shape":[2],"data_offsets":[228,236]}}
                """.ReplaceLineEndings(""), Encoding.UTF8.GetString(file, 8, header).TrimEnd(' '), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings("");
}
