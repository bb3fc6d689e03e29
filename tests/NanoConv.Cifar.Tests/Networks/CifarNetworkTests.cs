using NanoConv.Cifar.Networks;
using Xunit;

namespace NanoConv.Cifar.Tests.Networks;

public class CifarNetworkTests
{
    /// <summary>The paper's figures.</summary>
    [Theory]
    [InlineData("default", 37_146)]
    [InlineData("maxpooling", 37_146)]
    [InlineData("thinner_deeper", 23_314)]
    public void A_network_has_the_papers_number_of_parameters(string name, int expected) =>
        Assert.Equal(expected, Build(name, 1e-4).ParameterCount);

    [Fact]
    public void The_penalty_is_on_the_dense_kernel_alone()
    {
        foreach (string name in CifarNetwork.Names)
        {
            Parameter<float> penalized = Assert.Single(Build(name, 0.5).Parameters, p => p.Regularizer is not null);
            Assert.Equal("dense_1/kernel", penalized.Name);
        }
        Assert.All(Build("default", 0).Parameters, p => Assert.Null(p.Regularizer));
    }

    /// <summary>12.7 against 5.6 MFLOP an image forward: why max-pooling takes longer to train.</summary>
    [Fact]
    public void Max_pooling_works_more_than_twice_as_much_as_striding()
    {
        Assert.Equal(5.6, Build("default", 0).ForwardFlops / 1e6, 0.1);
        Assert.Equal(12.7, Build("maxpooling", 0).ForwardFlops / 1e6, 0.1);
    }

    [Fact]
    public void An_unknown_name_is_refused() =>
        Assert.Contains("'resnet'", Assert.Throws<ArgumentException>(() => CifarNetwork.Create("resnet", 0)).Message);

    private static Model<float> Build(string name, double l1) =>
        CifarNetwork.Create(name, l1).Build<float>(CifarNetwork.InputShape);
}
