using System.Globalization;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;

namespace NanoConv.Tests.Models;

/// <summary>Text is a number or it is none: nothing is guessed at.</summary>
public sealed class PlainNumberTests : PropertySuite
{
    /// <summary>Texts of what numbers are written with, and of what they are mistaken for.</summary>
    private static readonly Arbitrary<string> Texts = Gen.ArrayOf(Gen.Elements("0123456789012345678900..-+eE_, x５٣\0∞".ToCharArray()))
        .Select(characters => new string(characters)).ToArbitrary();

    [Theory]
    [InlineData("0", 0)]
    [InlineData("007", 7)]
    [InlineData("5000", 5000)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void Digits_are_a_count(string text, long expected)
    {
        Assert.True(PlainNumber.TryCount(text, out long number));
        Assert.Equal(expected, number);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-0")]
    [InlineData("+5")]
    [InlineData("-5")]
    [InlineData(" 5")]
    [InlineData("5 ")]
    [InlineData("5\0")]
    [InlineData("5\n")]
    [InlineData("5.000")]
    [InlineData("5,000")]
    [InlineData("1_000")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("５")]
    [InlineData("٣")]
    [InlineData("9223372036854775808")]
    public void Nothing_else_is(string text)
    {
        Assert.False(PlainNumber.TryCount(text, out long number));
        Assert.Equal(0, number);
    }

    [Theory]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("-2147483648", int.MinValue)]
    [InlineData("-1", -1)]
    [InlineData("0", 0)]
    [InlineData("2147483648", null)]
    [InlineData("-2147483649", null)]
    [InlineData("-0", null)]
    [InlineData("--1", null)]
    [InlineData("-", null)]
    [InlineData("- 1", null)]
    [InlineData("+1", null)]
    [InlineData("−1", null)]
    public void A_whole_number_may_have_a_minus_sign(string text, int? expected)
    {
        Assert.Equal(expected is not null, PlainNumber.TryWhole(text, out int number));
        Assert.Equal(expected ?? 0, number);
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    [InlineData("1e-400")]
    [InlineData("-1e-400")]
    [InlineData("1e99999999999999999999")]
    [InlineData("1e-99999999999999999999")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("∞")]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("1.")]
    [InlineData("1,5")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1e0.5")]
    [InlineData("+1")]
    [InlineData("--1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1x")]
    [InlineData("1\0")]
    [InlineData("0x1")]
    [InlineData("1_0")]
    [InlineData("０.５")]
    public void What_is_no_plain_decimal_or_what_no_double_holds_is_no_number(string text) => Assert.False(PlainNumber.TryReal(text, out _));

    [Fact]
    public void Zero_is_zero_whatever_its_exponent()
    {
        foreach (string text in (string[])["0", "-0", "0.000", ".0", "0e5", "0e-400", "0E+400"])
        {
            Assert.True(PlainNumber.TryReal(text, out double number), text);
            Assert.Equal(0, number);
            Assert.Equal(text[0] == '-', double.IsNegative(number));
        }
    }

    [Fact]
    public void Exactly_what_fits_the_grammar_is_read_and_means_the_same_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = (CultureInfo)before.Clone();
        CultureInfo.CurrentCulture.NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "−" };
        try
        {
            ForAll(Texts, text =>
            {
                Assert.Equal(Regex.IsMatch(text, @"\A[0-9]{1,18}\z"), PlainNumber.TryCount(text, out long count) && text.Length < 19);
                bool isReal = Regex.IsMatch(text, @"\A-?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]+)?\z");
                double expected = isReal ? double.Parse(text, CultureInfo.InvariantCulture) : 0;
                isReal &= double.IsFinite(expected) && (expected != 0 || !Regex.IsMatch(text, @"\A-?[0-9.]*[1-9]"));
                Assert.Equal(isReal, PlainNumber.TryReal(text, out double real));
                Assert.Equal(isReal ? expected : 0, real);
            });
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void What_is_written_is_read_with_the_same_bits() => ForAll(ArbMap.Default.ArbFor<ulong>(), bits =>
    {
        double number = BitConverter.UInt64BitsToDouble(bits);
        Assert.Equal(double.IsFinite(number), PlainNumber.TryReal(number.ToString("R", CultureInfo.InvariantCulture), out double back));
        Assert.Equal(double.IsFinite(number) ? bits : 0, BitConverter.DoubleToUInt64Bits(back));
        int whole = (int)bits;
        Assert.True(PlainNumber.TryWhole(whole.ToString(CultureInfo.InvariantCulture), out int same));
        Assert.Equal(whole, same);
    });
}
