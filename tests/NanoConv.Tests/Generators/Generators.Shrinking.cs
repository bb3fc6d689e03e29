namespace NanoConv.Tests;

/// <summary>How cases shrink: towards few layers, small pictures, kernels and strides.</summary>
internal static partial class Generators
{
    private static IEnumerable<ConvolutionCase> Shrink(ConvolutionCase convolution) =>
        Towards(convolution.Images, 1).Select(images => convolution with { Images = images })
            .Concat(Towards(convolution.Filters, 1).Select(filters => convolution with { Filters = filters }))
            .Concat(Shrink(convolution.Window).Select(window => convolution with { Window = window }));

    private static IEnumerable<PoolingCase> Shrink(PoolingCase pooling) =>
        Towards(pooling.Images, 1).Select(images => pooling with { Images = images })
            .Concat(Shrink(pooling.Window).Where(window => window.CanPool).Select(window => pooling with { Window = window }));

    private static IEnumerable<ProductCase> Shrink(ProductCase product) =>
        Towards(product.Images, 1).Select(images => product with { Images = images })
            .Concat(Towards(product.Rows, 1).Select(rows => product with { Rows = rows }))
            .Concat(Towards(product.Columns, 1).Select(columns => product with { Columns = columns }))
            .Concat(Towards(product.Segments, 1).Select(segments => product with { Segments = segments }))
            .Concat(Towards(product.SegmentLength, 1).Select(length => product with { SegmentLength = length }))
            .Concat(Towards(product.N, 1).Select(n => product with { N = n }));

    private static IEnumerable<NetworkCase> Shrink(NetworkCase network)
    {
        (int height, int width, int channels) = (network.InputShape[0], network.InputShape[1], network.InputShape[2]);
        return Enumerable.Range(0, network.Body.Length).Select(i => network with { Body = Without(network.Body, i) })
            .Concat(Enumerable.Range(0, network.Tail.Length).Select(i => network with { Tail = Without(network.Tail, i) }))
            .Concat(Towards(height, 1).Select(less => network with { InputShape = (less, width, channels) }))
            .Concat(Towards(width, 1).Select(less => network with { InputShape = (height, less, channels) }))
            .Concat(Towards(channels, 1).Select(less => network with { InputShape = (height, width, less) }))
            .Concat(ShrinkEach(network.Body).Select(body => network with { Body = body }))
            .Concat(ShrinkEach(network.Tail).Select(tail => network with { Tail = tail }))
            .Concat(Towards(network.End.Units, 2).Select(classes => network with { End = new Dense(classes, network.End.Activation) }))
            .Where(smaller => smaller.Build() is not null);
    }

    private static IEnumerable<WindowCase> Shrink(WindowCase window)
    {
        IEnumerable<WindowCase> smaller = Towards(window.Channels, 1).Select(channels => window with { Channels = channels })
            .Concat(Towards(window.Height, 1).Select(height => window with { Height = height }))
            .Concat(Towards(window.Width, 1).Select(width => window with { Width = width }))
            .Concat(Towards(window.KernelHeight, 1).Select(kernel => window with { KernelHeight = kernel }))
            .Concat(Towards(window.KernelWidth, 1).Select(kernel => window with { KernelWidth = kernel }))
            .Concat(Towards(window.StrideHeight, 1).Select(stride => window with { StrideHeight = stride }))
            .Concat(Towards(window.StrideWidth, 1).Select(stride => window with { StrideWidth = stride }));
        return Shrink(window.Padding).Select(padding => window with { Padding = padding }).Concat(smaller).Where(candidate => candidate.IsPossible);
    }

    private static IEnumerable<Padding> Shrink(Padding padding)
    {
        (int top, int bottom, int left, int right) = (padding.Top, padding.Bottom, padding.Left, padding.Right);
        return (padding == Padding.Valid ? (IEnumerable<Padding>)[] : [Padding.Valid])
            .Concat(Towards(top, 0).Select(less => Padding.Explicit(less, bottom, left, right)))
            .Concat(Towards(bottom, 0).Select(less => Padding.Explicit(top, less, left, right)))
            .Concat(Towards(left, 0).Select(less => Padding.Explicit(top, bottom, less, right)))
            .Concat(Towards(right, 0).Select(less => Padding.Explicit(top, bottom, left, less)));
    }

    private static IEnumerable<Layer> Shrink(Layer layer) => layer switch
    {
        Conv2D c => Towards(c.Filters, 1).Select(filters => Like(c, filters, c.KernelSize, c.Strides, c.Padding))
            .Concat(Shrink(c.KernelSize).Select(kernel => Like(c, c.Filters, kernel, c.Strides, c.Padding)))
            .Concat(Shrink(c.Strides).Select(strides => Like(c, c.Filters, c.KernelSize, strides, c.Padding)))
            .Concat(Shrink(c.Padding).Select(padding => Like(c, c.Filters, c.KernelSize, c.Strides, padding))),
        MaxPooling2D p => Shrink(p.PoolSize).Select(size => new MaxPooling2D(size, p.Strides, p.Padding))
            .Concat(Shrink(p.Strides).Select(strides => new MaxPooling2D(p.PoolSize, strides, p.Padding))),
        Dense d => Towards(d.Units, 1).Select(units => new Dense(units, d.Activation, d.UseBias, kernelRegularizer: d.KernelRegularizer)),
        _ => [],
    };

    private static IEnumerable<Size2D> Shrink(Size2D size) => Towards(size.Height, 1).Select(height => size with { Height = height })
        .Concat(Towards(size.Width, 1).Select(width => size with { Width = width }));

    private static Conv2D Like(Conv2D c, int filters, Size2D kernel, Size2D strides, Padding padding) =>
        new(filters, kernel, strides, padding, c.Activation, c.UseBias, kernelRegularizer: c.KernelRegularizer);

    private static IEnumerable<Layer[]> ShrinkEach(Layer[] layers) => layers.SelectMany(
        (layer, index) => Shrink(layer).Select(smaller => (Layer[])[.. layers[..index], smaller, .. layers[(index + 1)..]]));

    private static T[] Without<T>(T[] items, int index) => [.. items[..index], .. items[(index + 1)..]];

    // The least value, half the way, one less.
    private static IEnumerable<int> Towards(int value, int least) =>
        new[] { least, (value + least) / 2, value - 1 }.Where(smaller => smaller >= least && smaller < value).Distinct();
}
