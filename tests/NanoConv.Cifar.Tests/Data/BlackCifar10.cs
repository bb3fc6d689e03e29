using NanoConv.Cifar.Data;

namespace NanoConv.Cifar.Tests.Data;

/// <summary>Files of the official sizes that are all zero: black airplanes, and sparse on most disks.</summary>
internal static class BlackCifar10
{
    internal static string WriteFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string name in Cifar10Archive.ImageFiles)
        {
            using FileStream file = File.Create(Path.Combine(folder, name));
            file.SetLength(Cifar10Archive.Official.FileBytes);
        }
        return folder;
    }
}
