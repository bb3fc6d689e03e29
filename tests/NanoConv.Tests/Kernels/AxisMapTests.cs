using NanoConv.Kernels;

namespace NanoConv.Tests.Kernels;

/// <summary>What lies beyond a border: seven pixels to each side of four, and more than a picture away from one and two, as NumPy's pad has it.</summary>
public sealed class AxisMapTests
{
    [Theory]
    [InlineData(FillMode.Constant, "abcd", "kkkkkkkabcdkkkkkkk")]
    [InlineData(FillMode.Nearest, "abcd", "aaaaaaaabcdddddddd")]
    [InlineData(FillMode.Reflect, "abcd", "babcdcbabcdcbabcdc")]
    [InlineData(FillMode.Symmetric, "abcd", "bcddcbaabcddcbaabc")]
    [InlineData(FillMode.Wrap, "abcd", "bcdabcdabcdabcdabc")]
    [InlineData(FillMode.Nearest, "a", "aaaaaaa")]
    [InlineData(FillMode.Reflect, "a", "aaaaaaa")]
    [InlineData(FillMode.Symmetric, "a", "aaaaaaa")]
    [InlineData(FillMode.Wrap, "a", "aaaaaaa")]
    [InlineData(FillMode.Reflect, "ab", "babababababa")]
    [InlineData(FillMode.Symmetric, "ab", "aabbaabbaabb")]
    [InlineData(FillMode.Wrap, "ab", "babababababa")]
    public void Each_mode_is_NumPys(FillMode mode, string picture, string padded)
    {
        AxisMap map = new(picture.Length, -((padded.Length - picture.Length) / 2), padded.Length, Mode: mode), reversed = map with { IsReversed = true };
        Assert.Equal(padded, string.Concat(Enumerable.Range(0, padded.Length).Select(i => At(map.Source(i)))));
        Assert.Equal(padded.Reverse(), Enumerable.Range(0, padded.Length).Select(i => At(reversed.Source(i))));

        char At(int place) => place < 0 ? 'k' : picture[place];
    }
}
