namespace NanoConv.Files;

/// <summary>How far a file has come that is written atomically, for tests that stop the program there.</summary>
internal enum WriteStage
{
    /// <summary>The temporary file is there, empty.</summary>
    Created,

    /// <summary>A part of the content is in it.</summary>
    PartWritten,

    /// <summary>All of the content has been handed to the system.</summary>
    Written,

    /// <summary>It is on the disk.</summary>
    Flushed,

    /// <summary>It has its name.</summary>
    Renamed,

    /// <summary>The files that it makes superfluous are deleted.</summary>
    Pruned,
}
