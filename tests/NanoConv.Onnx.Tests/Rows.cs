namespace NanoConv.Onnx.Tests;

/// <summary>A classifier's outputs, a row for each input.</summary>
internal static class Rows
{
    /// <summary>The class: the index of the greatest output, the first of equal ones.</summary>
    public static int Winner(ReadOnlySpan<float> outputs)
    {
        int winner = 0;
        for (int i = 1; i < outputs.Length; i++)
        {
            if (outputs[i] > outputs[winner])
                winner = i;
        }

        return winner;
    }

    /// <summary>Whether the greatest exceeds all others by more than this, relative to the greater of 1 and its size.</summary>
    public static bool IsDecided(ReadOnlySpan<float> outputs, double margin)
    {
        int winner = Winner(outputs);
        double limit = outputs[winner] - (margin * Math.Max(1, Math.Abs(outputs[winner])));
        for (int i = 0; i < outputs.Length; i++)
        {
            if (i != winner && outputs[i] >= limit)
                return false;
        }

        return true;
    }
}
