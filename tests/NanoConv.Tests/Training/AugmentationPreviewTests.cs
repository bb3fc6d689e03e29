namespace NanoConv.Tests.Training;

/// <summary>What one is shown is what training sees.</summary>
public sealed class AugmentationPreviewTests
{
    private static readonly Shape Picture = (5, 6, 2);
    private static readonly Tensor<double> Pictures = new(Picture.Batch(9), Numbers.Reals<double>(9 * 60, seed: 1));

    [Fact]
    public void Pictures_are_those_of_a_fits_epoch()
    {
        Layer[] layers = [new RandomFlip(), new RandomCrop(4, 4, 1, FillMode.Wrap), new Conv2D(3, 3, padding: Padding.Same), new RandomRotation(0.3)];
        Tensor<double> seen = AugmentationPreview.Of(Pictures, seed: 4, epoch: 2, layers);
        Workspace<double> workspace = new(new Sequential(layers).Build<double>(Picture), 3, training: true);
        workspace.Load(new TensorInputs<double>(Pictures), [8, 0, 5], 0, 3);
        workspace.Configure(training: true, wantsLogits: false, seed: 4, step: 77, firstExample: 3, epoch: 2);
        double[][] expected = [.. workspace.Forward().ToArray().Chunk(48)], found = [.. seen.AsSpan().ToArray().Chunk(48)];
        Assert.Equal(expected, [found[8], found[0], found[5]]);
        double[][] later = [.. AugmentationPreview.Of(Pictures, seed: 4, epoch: 3, layers).AsSpan().ToArray().Chunk(48)];
        Assert.NotEqual(expected, [later[8], later[0], later[5]]);
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Expect.Throws<ArgumentException>(() => AugmentationPreview.Of(Pictures, 0, 0, new RandomFlip()), "epoch");
        Expect.Throws<ArgumentException>(() => AugmentationPreview.Of(Pictures, 0, 1, new RandomCrop(9, 9)), "RandomCrop");
        Expect.Throws<ArgumentException>(() => AugmentationPreview.Of(Pictures, 0, 1, new BatchNormalization()), "'batch_normalization_1'");
    }
}
