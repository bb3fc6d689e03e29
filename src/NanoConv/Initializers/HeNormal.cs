using NanoConv.Descriptions;

namespace NanoConv.Initializers;

/// <summary>
/// Normal with standard deviation √(2 / fan in) (He et al., 2015), cut off at two deviations of the normal it is drawn
/// from, which is widened by 1 / 0.8796 to make up for the cut: as Keras has it.
/// </summary>
public sealed class HeNormal : Initializer, IDescribed<HeNormal>
{
    // The standard deviation of a unit normal cut off at ±2.
    private const double CutDeviation = 0.87962566103423978;

    /// <inheritdoc/>
    public static HeNormal FromConfig(ConfigReader config) => new();

    /// <inheritdoc/>
    public void Describe(ConfigWriter config)
    {
    }

    /// <inheritdoc/>
    public override void Fill<T>(Span<T> values, int fanIn, int fanOut, ulong key)
    {
        double deviation = Math.Sqrt(2.0 / fanIn) / CutDeviation;
        long draw = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double normal;
            do
            {
                // Box and Muller; 1 − u is in (0, 1], where the logarithm is finite.
                double radius = Math.Sqrt(-2 * Math.Log(1 - Kernels.CounterRandom.Uniform(key, draw++)));
                normal = radius * Math.Cos(2 * Math.PI * Kernels.CounterRandom.Uniform(key, draw++));
            }
            while (Math.Abs(normal) > 2);
            values[i] = T.CreateChecked(normal * deviation);
        }
    }
}
