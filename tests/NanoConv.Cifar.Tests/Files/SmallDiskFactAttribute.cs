using Xunit;

namespace NanoConv.Cifar.Tests.Files;

/// <summary>A test that needs a file system of its own, skipped with the reason where none can be mounted.</summary>
public sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute() => Skip = SmallDisk.Missing;
}
