namespace NanoConv.Tests.Golden;

/// <summary>The check values of tests/golden/README.md.</summary>
public sealed class IntegerFormulaTests
{
    [Theory]
    [InlineData("", 0xcbf29ce484222325, 0xc3817c016ba4ff30, 0x100cdaacc0bc9316)]
    [InlineData("default/conv2d_1/kernel", 0xa0f8781001de0a1d, 0x1ada82f77946c3c8, 0xc66c114eb83be0cb)]
    [InlineData("default/dense_1/kernel", 0xb44e7e39b8bec906, 0x38e2791841606bad, 0xb5ad32f624a66c3a)]
    public void A_name_gives_these_bits(string name, ulong hash, ulong first, ulong second)
    {
        Assert.Equal(hash, IntegerFormula.Hash(name));
        Assert.Equal([first, second], new[] { IntegerFormula.Bits(name, 0), IntegerFormula.Bits(name, 1) });
    }

    [Theory]
    [InlineData("conv2d_1/kernel", -0.1480192496241813, 0.10305683795985143)]
    [InlineData("dense_1/kernel", -0.029998964183035666, 0.022642669958419865)]
    [InlineData("dense_1/bias", -0.08016496601624466, 0.025344818620219558)]
    public void The_default_network_starts_from_these_weights(string parameter, double first, double second)
    {
        Model<double> model = GoldenNetwork.Named("default").Build<double>();
        Assert.Equal([first, second], model.Parameters.Single(p => p.Name == parameter).Value[..2].ToArray());
    }

    [Fact]
    public void Images_and_labels_are_these()
    {
        Assert.Equal(new byte[] { 40, 42, 41, 205, 221, 171 }, IntegerFormula.Pixels("default/gradient/images", 6));
        Assert.Equal(new byte[] { 3, 2, 5, 6 }, IntegerFormula.Labels("default/gradient/labels", 4));
    }

    /// <summary>The files hold what the formula says of them: stored inputs and cotangents with limit 1, labels.</summary>
    [Fact]
    public void Stored_inputs_are_the_formulas()
    {
        foreach (string name in (string[])["conv2d/valid_3x3/kernel", "dense/tails/input", "max_pooling2d/ties_2x2/d_output"])
        {
            double[] stored = GoldenFile.Operations.Values<double>(name);
            Assert.Equal(IntegerFormula.Weights(name, stored.Length, limit: 1), stored);
        }

        foreach (GoldenNetwork network in GoldenNetwork.All)
        {
            double[] labels = network.File.Values<double>("gradient/labels");
            Assert.Equal(labels, network.GradientBatch.Labels.Select(label => (double)label));
        }
    }
}
