namespace NanoConv.Models;

/// <summary>A checkpoint cannot be kept, for want of space on the disk, say. Those before it are as they were.</summary>
public sealed class CheckpointException : IOException
{
    internal CheckpointException(string folder, Exception cause)
        : base($"cannot keep a checkpoint in '{folder}': {cause.Message}", cause)
    {
    }
}
