using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace NanoConv.Files;

/// <summary>What Linux tells of a file and .NET does not: its kind and its owner.</summary>
internal sealed class LinuxFile
{
    // statx(2): a structure with the same places on every processor
    private const int CurrentFolder = -100, TypeUserAndGroup = 0x1 | 0x8 | 0x10, StatusLength = 256, UserAt = 20, GroupAt = 24, ModeAt = 28;
    private const int KindMask = 0xF000, RegularFile = 0x8000, Folder = 0x4000;
    private const uint AsItIs = uint.MaxValue;

    private readonly uint user, group;
    private readonly int kind;

    private LinuxFile(ReadOnlySpan<byte> status)
    {
        user = BinaryPrimitives.ReadUInt32LittleEndian(status[UserAt..]);
        group = BinaryPrimitives.ReadUInt32LittleEndian(status[GroupAt..]);
        kind = BinaryPrimitives.ReadUInt16LittleEndian(status[ModeAt..]) & KindMask;
    }

    /// <summary>Whether it is a pipe, a device or a socket: neither file nor folder.</summary>
    public bool IsStream => kind is not (RegularFile or Folder);

    /// <summary>A file, links followed; null if there is none, or if this is not Linux.</summary>
    /// <param name="path">Its path.</param>
    public static LinuxFile? Of(string path)
    {
        if (!OperatingSystem.IsLinux() || !BitConverter.IsLittleEndian)
            return null;
        byte[] status = new byte[StatusLength];
        try
        {
            return GetStatus(CurrentFolder, Encoding.UTF8.GetBytes(path + '\0'), 0, TypeUserAndGroup, status) == 0 ? new LinuxFile(status) : null;
        }
        catch (Exception mistake) when (mistake is EntryPointNotFoundException or DllNotFoundException) // a C library older than it
        {
            return null;
        }
    }

    /// <summary>Gives a file of ours this one's owner and group, or its group alone: what the system allows, which for most users is little.</summary>
    /// <param name="file">An open file.</param>
    public void GiveOwner(SafeFileHandle file)
    {
        if (ChangeOwner(file, user, group) != 0)
            _ = ChangeOwner(file, AsItIs, group);
    }

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int GetStatus(int folder, byte[] path, int flags, uint mask, byte[] status);

    [DllImport("libc", EntryPoint = "fchown")]
    private static extern int ChangeOwner(SafeFileHandle file, uint user, uint group);
}
