using NanoConv.Cifar.Data;
using NanoConv.Cifar.Data.Shapes;
using Xunit;

namespace NanoConv.Cifar.Tests.Data;

public class ShapeFieldTests
{
    private static readonly double[] Variants = [0, 0.5, 1];

    public static TheoryData<int> Classes => [.. Enumerable.Range(0, 10)];

    [Fact]
    public void Class_names_are_the_names_of_the_shapes() =>
        Assert.Equal(
            Enum.GetNames<ShapeKind>().Take(10).Select(name => name.ToLowerInvariant()), Shapes10.ClassNames);

    [Theory]
    [MemberData(nameof(Classes))]
    public void A_shape_differs_from_every_other_one(int label)
    {
        for (int other = 0; other < 10; other++)
        {
            if (other == label)
                continue;
            int points = 0, union = 0;
            foreach ((double x, double y) in Grid())
            {
                bool here = ShapeField.Distance((ShapeKind)label, x, y, 0.5) < 0;
                bool there = ShapeField.Distance((ShapeKind)other, x, y, 0.5) < 0;
                points += here != there ? 1 : 0;
                union += here || there ? 1 : 0;
            }
            Assert.True(points > 0.1 * union, $"{(ShapeKind)label} and {(ShapeKind)other} nearly coincide.");
        }
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void A_shape_fills_a_fair_part_of_its_circle(int label)
    {
        foreach (double variant in Variants)
        {
            double inside = Grid().Count(p => ShapeField.Distance((ShapeKind)label, p.X, p.Y, variant) < 0);
            // The grid covers 2.6 × 2.6 with 105 × 105 points.
            double area = inside / (105 * 105) * 2.6 * 2.6;
            Assert.InRange(area, 0.5, 2.6);
        }
    }

    /// <summary>What Sprite relies on where it leaves out the pixels that are too far away to matter.</summary>
    [Theory]
    [MemberData(nameof(Classes))]
    public void Beyond_a_sprites_extent_there_is_neither_shape_nor_shadow(int label)
    {
        const double shadowWidth = 2.5;
        foreach (double radius in (double[])[2, 4, 8.5, 13.5])
            foreach (double variant in Variants)
                for (int degree = 0; degree < 360; degree++)
                {
                    (double sin, double cos) = Math.SinCos(degree * Math.PI / 180);
                    double far = 1.25 + 2 * shadowWidth / radius;
                    double distance = ShapeField.Distance((ShapeKind)label, far * cos, far * sin, variant);
                    Assert.True(distance * radius >= shadowWidth / 2, $"{(ShapeKind)label} at {degree}°");
                }
    }

    [Theory]
    [InlineData(nameof(ShapeKind.Circle), 0, 0, true)]
    [InlineData(nameof(ShapeKind.Ring), 0, 0, false)]
    [InlineData(nameof(ShapeKind.Crescent), 0.5, 0, false)]
    [InlineData(nameof(ShapeKind.Crescent), -0.8, 0, true)]
    [InlineData(nameof(ShapeKind.Triangle), 0, -0.7, true)]
    [InlineData(nameof(ShapeKind.Triangle), 0.6, -0.5, false)]
    [InlineData(nameof(ShapeKind.Square), 0.65, 0.65, true)]
    [InlineData(nameof(ShapeKind.Pentagon), 0, -0.85, true)]
    [InlineData(nameof(ShapeKind.Star), 0, -0.95, true)]
    [InlineData(nameof(ShapeKind.Star), 0, 0.5, false)]
    [InlineData(nameof(ShapeKind.Cross), 0.6, 0.6, false)]
    [InlineData(nameof(ShapeKind.Heart), 0, -0.8, false)]
    [InlineData(nameof(ShapeKind.Heart), 0, 0.8, true)]
    [InlineData(nameof(ShapeKind.Arrow), 0, -0.85, true)]
    [InlineData(nameof(ShapeKind.Arrow), 0.5, 0.5, false)]
    public void Points_lie_where_they_should(string shape, double x, double y, bool inside)
    {
        var kind = Enum.Parse<ShapeKind>(shape);
        foreach (double variant in Variants)
            Assert.Equal(inside, ShapeField.Distance(kind, x, y, variant) < 0);
    }

    private static IEnumerable<(double X, double Y)> Grid() =>
        from row in Enumerable.Range(-52, 105)
        from column in Enumerable.Range(-52, 105)
        select (column / 40.0, row / 40.0);
}
