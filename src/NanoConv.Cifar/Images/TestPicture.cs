namespace NanoConv.Cifar.Images;

/// <summary>
/// The built-in picture: a sky from light to dark, a sun with a soft rim, a chequered floor, a striped ball.
/// Edges of every direction, flat areas and slopes: what a convolution by hand is good to be seen on.
/// </summary>
public static class TestPicture
{
    private const int Width = 240;
    private const int Height = 180;
    private const int Horizon = 120;

    /// <summary>Draws the picture.</summary>
    public static RgbImage Draw()
    {
        var pixels = new byte[Width * Height * 3];
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                (double red, double green, double blue) = Colour(x + 0.5, y + 0.5);
                int at = 3 * (y * Width + x);
                pixels[at] = ToByte(red);
                pixels[at + 1] = ToByte(green);
                pixels[at + 2] = ToByte(blue);
            }
        }
        return new RgbImage(Width, Height, pixels);
    }

    private static (double Red, double Green, double Blue) Colour(double x, double y)
    {
        double ball = Distance(x, y, 80, 112);
        if (ball < 42)
        {
            double light = 1 - 0.6 * Distance(x, y, 66, 96) / 60;
            bool isStripe = (int)Math.Floor((x - y + 400) / 12) % 2 == 0;
            return isStripe ? (0.45 * light, 0.15 * light, 0.3 * light) : (0.95 * light, 0.9 * light, 0.8 * light);
        }
        if (y > Horizon)
        {
            double depth = (y - Horizon) / (Height - Horizon);
            int column = (int)Math.Floor((x - Width / 2.0) / (14 + 40 * depth) + 100);
            int row = (int)Math.Floor(6 * Math.Sqrt(depth));
            double grey = (column + row) % 2 == 0 ? 0.2 : 0.65;
            return (grey, grey * 0.9, grey * 0.7);
        }
        double sun = Math.Clamp((26 - Distance(x, y, 184, 44)) / 4, 0, 1);
        double sky = y / Horizon;
        return Mix(sun, (0.25 + 0.5 * sky, 0.45 + 0.4 * sky, 0.75 + 0.2 * sky), (1, 0.9, 0.45));
    }

    private static (double, double, double) Mix(
        double share, (double Red, double Green, double Blue) from, (double Red, double Green, double Blue) to) =>
        (from.Red + share * (to.Red - from.Red),
            from.Green + share * (to.Green - from.Green),
            from.Blue + share * (to.Blue - from.Blue));

    private static double Distance(double x, double y, double centreX, double centreY) =>
        Math.Sqrt((x - centreX) * (x - centreX) + (y - centreY) * (y - centreY));

    private static byte ToByte(double share) => (byte)Math.Round(255 * Math.Clamp(share, 0, 1));
}
