namespace NanoConv.Tests.Models;

/// <summary>A model file says how it was trained, whatever the optimizer has been given.</summary>
public sealed class OptimizerFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string FilePath => Path.Combine(folder, "model.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Optimizers_come_back_with_all_they_were_given()
    {
        Optimizer[] optimizers =
        [
            new SGD(0.1), new SGD(new OneCycle(0.1, 9), 0.5, nesterov: true, weightDecay: 0.25, gradientVelocity: true), new Adam(new PowerGrowth(0.1, 3)),
            new AdamW(0.1, 0.2, 0.3, 0.4, 0.5, epsilonHat: true), new AdamW(weightDecay: 0),
            new RMSprop(0.1, 0.2, 0.3, 0.4, centered: true, weightDecay: 0.5),
            new RMSprop { Groups = [new("*/bias", 2, 0), new("*", 0.5)], ClipValue = 0.25, Lookahead = new(7, new PowerGrowth(0.5, 3, 2)) },
            new Adam { ClipNorm = 0.25, MovingAverage = new(0.5, 7) }, new Adam { GlobalClipNorm = 0.25, MovingAverage = new(0.25) },
            new SGD(new LinearWarmup(3, new LinearWarmup(4, 0.5))), new Muon(others: new SGD(new OneCycle(0.1, 9), 0.5)) { ClipNorm = 0.5 },
            new Muon(new PowerGrowth(0.1, 3), 0.5, nesterov: false, steps: 3, weightDecay: 0.25),
        ];
        Assert.All(optimizers, optimizer =>
        {
            Optimizer back = Read(optimizer)!.Optimizer;
            Assert.Equal(optimizer.GetType(), back.GetType());
            Assert.Equal($"{optimizer}", $"{back}");
            for (int step = 0; step < 12; step++)
                Assert.Equal(optimizer.LearningRate.At(step), back.LearningRate.At(step));
        });
    }

    /// <summary>Somebody's program may read what earlier versions wrote, and earlier versions what this one writes.</summary>
    [Fact]
    public void What_was_there_before_is_written_as_it_was()
    {
        Read(new Adam(0.5));
        Contains("""{"class":"Adam","learning_rate":0.5,"beta_1":0.9,"beta_2":0.999,"epsilon":1E-07,"epsilon_hat":false}""");
        Read(new SGD(0.5));
        Contains("""{"class":"SGD","learning_rate":0.5,"momentum":0,"nesterov":false}""");

        void Contains(string text) => Assert.Contains(
            $"\"optimizer\":{text},", ModelInfo.Read(FilePath).Metadata["nanoconv.training"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_schedule_of_ones_own_is_read_once_it_is_registered()
    {
        Assert.Null(Read(new SGD(new Unregistered())));
        Assert.Contains(
            "\"own_class\":\"SGD with a part of one\\u0027s own\",\"learning_rate\":\"Unregistered()\"",
            ModelInfo.Read(FilePath).Metadata["nanoconv.training"], StringComparison.Ordinal);
        Assert.Null(Read(new SGD { Lookahead = new(5, new Unregistered()) }));
        Schedule.Register<Registered>("halves");
        Assert.Equal("SGD(learning_rate Registered(number 3), momentum 0, nesterov False)", $"{Read(new SGD(new Registered(3)))!.Optimizer}");
    }

    [Fact]
    public void An_optimizer_of_ones_own_is_read_once_it_is_registered()
    {
        Assert.Null(Read(new Muon(others: new Sign(0.5, 3))));
        Assert.Null(Read(new Sign(0.5, 3)));
        Optimizer.Register<Sign>("sign");
        Assert.Equal("Sign(learning_rate 0.5, number 3, clipvalue 2)", $"{Read(new Sign(0.5, 3) { ClipValue = 2 })!.Optimizer}");
        Assert.EndsWith("others [Sign(learning_rate 0.5, number 3)])", $"{Read(new Muon(others: new Sign(0.5, 3)))!.Optimizer}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"class":"SGD","learning_rate":0.1,"momentum":0,"nesterov":false,"clipnorm":0}""", "clipnorm: expected a limit above 0")]
    [InlineData("""{"class":"SGD","learning_rate":0.1,"momentum":0,"nesterov":false,"clipnorm":1,"clipvalue":1}""", "received several")]
    [InlineData("""{"class":"SGD","learning_rate":0.1,"momentum":0,"nesterov":false,"groups":[{"pattern":"","rate":1}]}""", "pattern")]
    [InlineData("""{"class":"SGD","learning_rate":0.1,"momentum":0,"nesterov":false,"groups":{}}""", "'groups'", "an array")]
    [InlineData("""{"class":"SGD","learning_rate":0.1,"momentum":0,"nesterov":false,"lookahead":{"every":5}}""", "'slow_share'")]
    [InlineData("""{"class":"SGD","learning_rate":0.1,"momentum":0,"nesterov":false,"weight_decay":-1}""", "weight decay")]
    public void What_is_malformed_is_refused(string optimizer, params string[] parts)
    {
        string text = """
            {"epochs":1,"batch_size":1,"validation_split":0,"shuffle":true,"seed":0,"optimizer":_,
            "loss":{"class":"CategoricalCrossentropy","from_logits":true}}
            """.Replace("_,", $"{optimizer},", StringComparison.Ordinal);
        new SafeTensorsFile(new Dictionary<string, SafeTensor>(), new Dictionary<string, string> { ["nanoconv.training"] = text }).Write(FilePath);
        Expect.Throws<InvalidDataException>(() => ModelInfo.Read(FilePath), ["training settings", .. parts]);
    }

    /// <summary>Whoever saved it had a schedule that is not known here: the rest of the file is none the worse for it.</summary>
    [Theory]
    [InlineData("""{"class":"SGD","learning_rate":{"name":"Spiral"},"momentum":0,"nesterov":false}""")]
    [InlineData("""{"class":"SGD","learning_rate":1,"momentum":0,"nesterov":false,"groups":[{"pattern":"*","rate":{"name":"Spiral"}}]}""")]
    [InlineData("""{"class":"SGD","learning_rate":1,"momentum":0,"nesterov":false,"lookahead":{"every":5,"slow_share":{"name":"Spiral"}}}""")]
    public void What_is_not_registered_leaves_the_options_out(string optimizer)
    {
        string text = """
            {"epochs":1,"batch_size":1,"validation_split":0,"shuffle":true,"seed":0,"optimizer":_,
            "loss":{"class":"CategoricalCrossentropy","from_logits":true}}
            """.Replace("_,", $"{optimizer},", StringComparison.Ordinal);
        Assert.Null(TrainingDescription.Read(text));
        Assert.NotNull(TrainingDescription.Read(text.Replace("""{"name":"Spiral"}""", "0.5", StringComparison.Ordinal)));
    }

    private FitOptions? Read(Optimizer optimizer)
    {
        Training.FitTests<float>.Model().Save(FilePath, new History { Options = new FitOptions { Optimizer = optimizer } });
        return ModelInfo.Read(FilePath).History!.Options;
    }

    private sealed class Unregistered : Schedule
    {
        public override double At(int step) => 0.5;

        public override void Describe(ConfigWriter config)
        {
        }
    }

    private sealed class Sign(Schedule rate, int number) : Optimizer(rate), IDescribed<Sign>
    {
        protected override string OwnSettings => $", number {number}";

        public static Sign FromConfig(ConfigReader config) => new(config.Schedule("learning_rate"), config.Whole("number"));

        public override OptimizerState<T> Start<T>(int parameters) => new SGD(LearningRate).Start<T>(parameters);

        protected override void DescribeOwn(ConfigWriter config) => config.Add("number", number);
    }

    private sealed class Registered(int number) : Schedule, IDescribed<Registered>
    {
        public static Registered FromConfig(ConfigReader config) => new(config.Whole("number"));

        public override double At(int step) => 1.0 / (step + number);

        public override void Describe(ConfigWriter config) => config.Add("number", number);
    }
}
