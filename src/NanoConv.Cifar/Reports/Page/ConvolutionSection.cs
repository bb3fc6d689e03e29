using System.Xml.Linq;
using NanoConv.Cifar.Images;
using SkiaSharp;
using static NanoConv.Cifar.Reports.Page.Html;

namespace NanoConv.Cifar.Reports.Page;

/// <summary>Part (i): convolution by hand, with the paper's kernels.</summary>
internal static class ConvolutionSection
{
    /// <summary>The section's id.</summary>
    public const string Section = "page-convolution";

    private const int Side = 3;

    /// <summary>Makes it.</summary>
    /// <param name="context">The page.</param>
    public static XElement Create(PageContext context)
    {
        Plane red = TestPicture.Draw().Channel(0);
        Plane first = red.Convolve(SquareKernel.Laplacian8), second = red.Convolve(SquareKernel.Laplacian4);
        Plane both = first.Convolve(SquareKernel.Laplacian4);
        (int Y, int X) edge = FindEdge(red), flat = FindFlat(red);
        return Tag(
            "section",
            Id(Section),
            Tag("h2", "Part (i): convolution by hand"),
            P(
                "A kernel of k × k numbers slides over a picture, one pixel a step. Under it, each pixel is multiplied by the ",
                "kernel’s number there, and the sum is one pixel of the output. Without padding a picture of n × m becomes one of ",
                "(n − k + 1) × (m − k + 1). The kernel is not flipped. Below is the red channel of a picture that the program draws, ",
                "and what the paper’s two kernels make of it. To be looked at, each plane is stretched: its least value is black, its ",
                "greatest white."),
            Tag(
                "div",
                Class("planes"),
                Figure(context, "convolution-red", "The red channel", red),
                Figure(context, "convolution-kernel1", "After kernel 1", first),
                Figure(context, "convolution-kernel2", "After kernel 2", second),
                Figure(context, "convolution-kernel1-kernel2", "Kernel 2 after kernel 1", both)),
            Tag(
                "ul",
                Tag("li", Tag("strong", "Kernel 1 "), "sums to 0. Flat areas become 0, whatever their brightness, here a middle grey; ",
                    "edges become a bright line beside a dark one, those along diagonals too."),
                Tag("li", Tag("strong", "Kernel 2 "), "sums to 4. Flat areas become four times themselves, so the picture is still ",
                    "there and bright areas stay bright; edges are only sharpened. The paper calls both kernels Laplacians; a ",
                    "Laplacian sums to 0, which this one would with 4 in the middle."),
                Tag("li", Tag("strong", "Kernel 2 after kernel 1: "), "flat areas stay 0, for four times 0 is 0; the lines along edges ",
                    "are sharpened once more and become finer and stronger.")),
            Tag("h3", "One pixel, worked out"),
            P($"At an edge, row {edge.Y + 1}, column {edge.X + 1}, and in the brightest flat area, row {flat.Y + 1}, ",
                $"column {flat.X + 1}, with the real numbers of the red channel; the place is that of the patch’s upper left pixel."),
            Tag(
                "div",
                Class("worked-all"),
                Worked("Kernel 1 at an edge", red, SquareKernel.Laplacian8, edge),
                Worked("Kernel 1 in a flat area", red, SquareKernel.Laplacian8, flat),
                Worked("Kernel 2 at an edge", red, SquareKernel.Laplacian4, edge),
                Worked("Kernel 2 in a flat area", red, SquareKernel.Laplacian4, flat)));
    }

    /// <summary>The clearest upright edge: rows all alike, bright, bright, dark; of several the first.</summary>
    internal static (int Y, int X) FindEdge(Plane plane) => Patches(plane)
        .Where(at => Enumerable.Range(0, Side).All(r =>
            plane[at.Y + r, at.X] == plane[at.Y, at.X]
            && plane[at.Y + r, at.X + 1] == plane[at.Y, at.X]
            && plane[at.Y + r, at.X + 2] == plane[at.Y, at.X + 2]))
        .MaxBy(at => plane[at.Y, at.X] - plane[at.Y, at.X + 2]);

    /// <summary>The brightest patch of one value; of several the first.</summary>
    internal static (int Y, int X) FindFlat(Plane plane) => Patches(plane)
        .Where(at => Enumerable.Range(0, Side * Side).All(i => plane[at.Y + i / Side, at.X + i % Side] == plane[at.Y, at.X]))
        .MaxBy(at => plane[at.Y, at.X]);

    private static IEnumerable<(int Y, int X)> Patches(Plane plane) => Enumerable.Range(0, plane.Height - Side + 1)
        .SelectMany(y => Enumerable.Range(0, plane.Width - Side + 1).Select(x => (y, x)));

    private static XElement Figure(PageContext context, string name, string title, Plane plane)
    {
        byte[] png = Png(plane);
        context.WriteFigure(name, png);
        (double least, double greatest) = plane.Range();
        string size = $"{plane.Width} × {plane.Height}";
        return Tag(
            "figure",
            Picture(png, $"{title}, a grey picture of {size} pixels", plane.Width, plane.Height),
            Tag("figcaption", Tag("strong", title), Tag("br"), $"{size} pixels, values {Number(least)} to {Number(greatest)}"));
    }

    private static byte[] Png(Plane plane)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(plane.Width, plane.Height, SKColorType.Gray8, SKAlphaType.Opaque));
        byte[] grey = plane.ToGrey();
        for (int y = 0; y < plane.Height; y++)
            grey.AsSpan(y * plane.Width, plane.Width).CopyTo(bitmap.GetPixelSpan()[(y * bitmap.RowBytes)..]);
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private static XElement Worked(string title, Plane plane, SquareKernel kernel, (int Y, int X) at)
    {
        double Patch(int r, int s) => plane[at.Y + r, at.X + s];
        double sum = 0;
        for (int i = 0; i < Side * Side; i++)
            sum += Patch(i / Side, i % Side) * kernel[i / Side, i % Side];
        return Tag(
            "figure",
            Class("worked"),
            Tag("figcaption", title),
            Tag(
                "div",
                Grid("the pixels", Patch),
                Sign("×"),
                Grid("the kernel", (r, s) => kernel[r, s]),
                Sign("="),
                Grid("the products", (r, s) => Patch(r, s) * kernel[r, s]),
                Tag("span", Class("sum"), "sum ", Tag("strong", Number(sum)))));
    }

    private static XElement Sign(string sign) => Tag("span", Class("sign"), sign);

    private static XElement Grid(string name, Func<int, int, double> value) => Tag(
        "table",
        Class("grid"),
        Tag("caption", name),
        Tag("tbody", Enumerable.Range(0, Side).Select(r =>
            Tag("tr", Enumerable.Range(0, Side).Select(s => Tag("td", Number(value(r, s))))))));

    // -0 is written as 0; the sign is the typographic minus.
    private static string Number(double value) => $"{value + 0.0:#,0.##}".Replace('-', '−');
}
