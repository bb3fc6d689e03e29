using NanoConv.Cifar.Data;
using NanoConv.Cifar.Files;
using Xunit;

namespace NanoConv.Cifar.Tests.Files;

public sealed class FileErrorsTests
{
    [Fact]
    public void A_full_disk_is_called_so()
    {
        if (!File.Exists("/dev/full"))   // Linux only: every write to it fails as on a full disk
            return;
        Exception error = Assert.ThrowsAny<IOException>(() =>
        {
            using FileStream file = File.OpenWrite("/dev/full");
            file.WriteByte(1);
            file.Flush();
        });

        Assert.Equal("the disk is full", FileErrors.Reason(error));
    }

    [Fact]
    public void Reasons_name_no_file_of_ours()
    {
        Assert.Equal("permission denied", FileErrors.Reason(new UnauthorizedAccessException("Access to '/a/.x.tmp' is denied.")));
        Assert.Equal("no such file or folder", FileErrors.Reason(new FileNotFoundException("Could not find file '/a/.x.tmp'.")));
        Assert.Equal("Read-only file system", FileErrors.Reason(new IOException("Read-only file system : '/a/.x.tmp'")));
    }

    [Fact]
    public void Messages_are_of_one_line()
    {
        Assert.Equal("a b c", new DataException("a\nb\r\nc").Message);
    }
}
