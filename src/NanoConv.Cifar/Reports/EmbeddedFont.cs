using ScottPlot;
using SkiaSharp;

namespace NanoConv.Cifar.Reports;

/// <summary>
/// Open Sans, carried inside the program, so that every picture has its text on machines without any font and
/// looks the same on all others.
/// </summary>
internal sealed class EmbeddedFont : IFontResolver
{
    /// <summary>The name under which plots ask for it.</summary>
    public const string Name = "Open Sans";

    private const string Resource = "NanoConv.Cifar.OpenSans-Regular.ttf";

    private static readonly Lazy<EmbeddedFont> Instance = new(Register);

    private EmbeddedFont()
    {
    }

    /// <summary>The typeface for text of one's own. It lives as long as the program.</summary>
    public static SKTypeface Typeface { get; } = Load();

    /// <summary>Makes plots use it for all their text.</summary>
    public static void UseInPlots() => _ = Instance.Value;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        fontName == Name ? Load() : null;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == Name ? Load() : null;

    private static EmbeddedFont Register()
    {
        var resolver = new EmbeddedFont();
        Fonts.FontResolvers.Insert(0, resolver);
        Fonts.Default = Name;
        return resolver;
    }

    private static SKTypeface Load()
    {
        using Stream stream = typeof(EmbeddedFont).Assembly.GetManifestResourceStream(Resource)!;
        using SKData data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    }
}
