using NanoConv.Tests.Checkpoints;
using NanoConv.Tests.Training;

// Run by itself, and not by the tests' host, this is what TestProgram starts.
return args switch
{
    [nameof(CheckpointWorker), .. string[] rest] => CheckpointWorker.Run(rest),
    [nameof(AllocationWorker), .. string[] rest] => AllocationWorker.Run(rest),
    _ => 1,
};
