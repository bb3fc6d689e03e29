namespace NanoConv.Models;

/// <summary>What a fit does with the checkpoints that it finds.</summary>
public enum CheckpointStart
{
    /// <summary>Begins anew; if there are checkpoints, that is an error, so that none is lost.</summary>
    New,

    /// <summary>Goes on from the newest one; if there is none, that is an error.</summary>
    Resume,

    /// <summary>Goes on from the newest one, or begins anew if there is none: for a program that is simply run again.</summary>
    ResumeOrNew,
}
