namespace NanoConv.Cifar.Images;

/// <summary>
/// A picture in another size: each new pixel is the average of the area that becomes it, on both axes, at any ratio.
/// The old picture is cut into as many equal rows and columns as the new one has; where a cut goes through a pixel,
/// each side has its share of it.
/// </summary>
internal static class AreaAverage
{
    /// <summary>
    /// Lays a picture on white and averages: with the overlaps v of rows and h of columns,
    /// to[j, i, c] = Σ_y Σ_x v[y, j] · h[x, i] · (a·from[y, x, c] + (255 − a)·255) / (255 · width · height),
    /// where a is from[y, x, 3]. The sums are whole numbers, so nothing is rounded but the result, once, half up.
    /// </summary>
    /// <param name="rgba">The picture [height, width, 4], its colours not multiplied by alpha.</param>
    /// <param name="width">Its width.</param>
    /// <param name="height">Its height; width · height is below 10¹³.</param>
    /// <param name="toWidth">The new width.</param>
    /// <param name="toHeight">The new height.</param>
    /// <returns>Red, green and blue [toHeight, toWidth, 3].</returns>
    public static byte[] OnWhite(ReadOnlySpan<byte> rgba, int width, int height, int toWidth, int toHeight)
    {
        Overlap[] columns = Overlaps(width, toWidth);
        var result = new byte[toWidth * toHeight * 3];
        var sums = new long[toWidth * 3]; // of one new row
        int row = 0;
        foreach (Overlap overlap in Overlaps(height, toHeight))
        {
            if (overlap.To != row)
                WriteRow();
            row = overlap.To;
            AddRow(sums, rgba.Slice(overlap.From * width * 4, width * 4), columns, overlap.Share);
        }
        WriteRow();
        return result;

        void WriteRow()
        {
            long whole = 255L * width * height;
            Span<byte> to = result.AsSpan(row * sums.Length, sums.Length);
            for (int i = 0; i < to.Length; i++)
                to[i] = (byte)((2 * sums[i] + whole) / (2 * whole));
            Array.Clear(sums);
        }
    }

    private static void AddRow(Span<long> sums, ReadOnlySpan<byte> rgba, Overlap[] columns, long share)
    {
        foreach (Overlap column in columns)
        {
            ReadOnlySpan<byte> from = rgba.Slice(4 * column.From, 4);
            Span<long> to = sums.Slice(3 * column.To, 3);
            long area = share * column.Share;
            int white = 255 * (255 - from[3]);
            for (int c = 0; c < 3; c++)
                to[c] += area * (from[c] * from[3] + white);
        }
    }

    /// <summary>
    /// An axis of <paramref name="from"/> old pixels, cut into <paramref name="to"/> new ones: measured so that the
    /// axis is from · to long, an old pixel is <paramref name="to"/> and a new one <paramref name="from"/>.
    /// </summary>
    private static Overlap[] Overlaps(int from, int to)
    {
        var overlaps = new List<Overlap>(from + to);
        long at = 0;
        while (at < (long)from * to)
        {
            (int old, int now) = ((int)(at / to), (int)(at / from));
            long end = Math.Min((old + 1L) * to, (now + 1L) * from);
            overlaps.Add(new Overlap(old, now, end - at));
            at = end;
        }
        return [.. overlaps];
    }

    /// <summary>What an old and a new pixel of an axis have in common; of one new pixel, the shares add up to the old length.</summary>
    private readonly record struct Overlap(int From, int To, long Share);
}
